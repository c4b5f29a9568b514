/**
 * Credentials for a server behind a proxy with a log-in. They are never part of a URL or an error.
 *
 * @typedef {Record<string, string>} HeaderFields
 */

/** A browser never sends headers with a WebSocket, and everyone can read the URLs of a page. */
export const isBrowser = !globalThis.process?.versions?.node;

/** The message for status 401. */
export const LOG_IN = "The server responded with status 401: it needs a log-in, or another one.";

/**
 * Return the value of `Authorization` for the user name and the password in a URL, else undefined.
 * @param {URL} url
 */
export function basicOf({ username, password }) {
  if (isBrowser || !(username || password)) return undefined;
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** @param {string} text  perhaps with a `%` that begins no escape */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Return a URL for an error message: without a fragment, a user name and a password.
 * @param {string} url  perhaps malformed
 */
export function withoutSecrets(url) {
  return url.replace(/#.*/s, "").replace(/^([a-z]*:\/\/)?.*@/is, "$1");
}

/**
 * Return the headers of each connection, or undefined without any.
 * @param {string | undefined} authorization  of the position
 * @param {HeaderFields} headers  of the options, which take precedence
 * @throws {TypeError} if a header can't be sent; its message has no value
 */
export function checkedHeaders(authorization, headers) {
  const checked = new Headers(authorization ? { authorization } : {});
  Object.entries(headers).forEach(([name, value], index) => {
    try {
      checked.set(name, value);
    } catch {
      throw new TypeError(
        `Header ${index + 1} of the option headers has an invalid name or value.`,
      );
    }
  });
  const found = Object.fromEntries(checked);
  return Object.keys(found).length > 0 ? found : undefined;
}
