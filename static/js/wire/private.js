/**
 * Private callbacks: people need the view key to watch. It is in the fragment of the page's
 * address, which browsers never send. Only the server checks it: on plain http, pages have
 * no SHA-256.
 */

/** A UUID of version 8, of any variant: the server decides in the same way. */
const PRIVATE = /^.{14}8/;

/** 128 bits in unpadded base64url. */
const KEY = /^[\w-]{22}$/;

/** The state of a page without the view key, which opens no stream. @type {import("./contract.js").Link} */
export const NO_KEY = {
  state: "refused",
  message: "This callback is private, and the view key is missing.",
  retryAt: 0,
  reason: "private",
};

/** @param {string} uuid */
export function isPrivate(uuid) {
  return PRIVATE.test(uuid);
}

/** @param {string} text */
export function isKey(text) {
  return KEY.test(text);
}

/**
 * Return the view key in a fragment, or "". It can be incomplete. Characters after it are ignored: a
 * link that was copied from a text can end in a dot or a bracket.
 * @param {string} fragment  with its `#`
 */
export function keyIn(fragment) {
  const key = new URLSearchParams(fragment.slice(1)).get("key") ?? "";
  return key.trim().replace(/[^\w-].*/s, "");
}

/**
 * Return the link for people who may watch.
 * @param {{server: string, uuid: string, key?: string}} callback
 */
export function watchLink({ server, uuid, key }) {
  return `${server}/view/${uuid}${key ? `#key=${key}` : ""}`;
}

/**
 * Shorten the view key in a link or a command: a screen that others see must not show it.
 * @param {string} text
 */
export function withoutKey(text) {
  return text.replace(/#key=[\w-]*/, "#key=…");
}

/**
 * Return the headers of a call of the API with a JSON body.
 * @param {string} key  the view key, or "" for an open callback
 * @returns {Record<string, string>}
 */
export function apiHeaders(key) {
  const headers = { "Content-Type": "application/json" };
  return key ? { ...headers, "Webhook-View-Key": key } : headers;
}
