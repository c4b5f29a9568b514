/**
 * Make keys from the secrets that users enter. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Secret} Secret
 * @typedef {import("./verdict.js").Refusal} Refusal
 */

import { fromBase64, fromHex, utf8 } from "../text/encoding.js";
import { refusal } from "./verdict.js";

/**
 * @param {string} entered
 * @param {Secret} secret
 */
export function withoutPrefix(entered, { prefix = "" }) {
  return entered.startsWith(prefix) ? entered.slice(prefix.length) : entered;
}

/**
 * Return the key of an HMAC.
 * @param {string} entered
 * @param {Secret} secret
 * @param {string} provider  its name
 * @returns {Uint8Array | Refusal}
 */
export function sharedKey(entered, secret, provider) {
  const { key: format = "text" } = secret;
  const text = withoutPrefix(entered, secret);
  if (format === "text") return utf8(text);
  const key = format === "hex" ? fromHex(text) : fromBase64(text);
  if (key?.length) return key;
  return refusal("secret", `The secret is not valid ${format}, as ${provider} requires.`);
}
