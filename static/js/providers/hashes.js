/**
 * HMACs and hashes with WebCrypto. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Hash} Hash
 * @typedef {(string | Uint8Array)[]} SignedParts  concatenated; text as UTF-8
 */

import { fromBase64, fromHex, toBase64, toHex } from "../text/encoding.js";

/** @type {Record<Hash, number>} */
const SIZES = { "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };

export const HASHES = /** @type {readonly Hash[]} */ (Object.keys(SIZES));

/** Browsers have WebCrypto only on https and localhost. */
export function canHash() {
  return globalThis.crypto?.subtle !== undefined;
}

/**
 * @param {Hash} hash
 * @param {Uint8Array} key  not empty
 * @param {SignedParts} content
 */
export async function hmac(hash, key, content) {
  const raw = /** @type {Uint8Array<ArrayBuffer>} */ (key);
  const algorithm = { name: "HMAC", hash };
  const imported = await crypto.subtle.importKey("raw", raw, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, await joined(content)));
}

/**
 * @param {Hash} hash
 * @param {SignedParts} content
 */
export async function digest(hash, content) {
  return new Uint8Array(await crypto.subtle.digest(hash, await joined(content)));
}

/** @param {SignedParts} parts */
export function joined(parts) {
  return new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer();
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function equalBytes(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * Parse a hash, or return null if the text is not a hash of this kind.
 * @param {string} text
 * @param {import("./registry.js").Encoding} encoding
 * @param {Hash} hash
 */
export function parseHash(text, encoding, hash) {
  const bytes = decode(text, encoding);
  return bytes?.length === SIZES[hash] ? bytes : null;
}

/**
 * @param {string} text
 * @param {import("./registry.js").Encoding} encoding
 */
export function decode(text, encoding) {
  return encoding === "hex" ? fromHex(text) : fromBase64(text);
}

/**
 * @param {Uint8Array} bytes
 * @param {import("./registry.js").Encoding} encoding
 */
export function encode(bytes, encoding) {
  if (encoding === "base64url") return base64url(bytes);
  return encoding === "hex" ? toHex(bytes) : toBase64(bytes);
}

/** Encode without padding. @param {Uint8Array} bytes */
export function base64url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
