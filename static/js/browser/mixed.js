/** What a page that came over https may ask for (Mixed Content, section 4.4). Does not use the DOM. */

const LOCAL = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * This computer itself.
 * @param {string} hostname  as a URL has it
 */
export function isLocal(hostname) {
  return LOCAL.test(hostname);
}

/**
 * Whether the browser lets a page ask nothing of that URL, because it is not over TLS.
 * @param {string} origin  of the page
 * @param {URL} url
 */
export function isMixed(origin, url) {
  return origin.startsWith("https:") && url.protocol === "http:" && !isLocal(url.hostname);
}
