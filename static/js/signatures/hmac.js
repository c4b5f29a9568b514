/**
 * HMACs and hashes with WebCrypto, and their text formats. Does not use the DOM.
 *
 * @typedef {"SHA-1" | "SHA-256" | "SHA-384" | "SHA-512"} Algorithm
 * @typedef {"hex" | "base64"} Encoding
 * @typedef {(string | Uint8Array)[]} SignedParts  concatenated; text as UTF-8
 */

import { bytesOfLine } from "../wire/captured.js";

/** @type {Record<Algorithm, number>} */
const SIZES = { "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };

export const ALGORITHMS = /** @type {readonly Algorithm[]} */ (Object.keys(SIZES));

/** Browsers have WebCrypto only on https and localhost. */
export function canHash() {
  return globalThis.crypto?.subtle !== undefined;
}

/**
 * @param {Algorithm} algorithm
 * @param {Uint8Array} key  not empty
 * @param {SignedParts} content
 */
export async function hmac(algorithm, key, content) {
  const kind = { name: "HMAC", hash: algorithm };
  const raw = /** @type {Uint8Array<ArrayBuffer>} */ (key);
  const imported = await crypto.subtle.importKey("raw", raw, kind, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, await joined(content)));
}

/**
 * @param {Algorithm} algorithm
 * @param {SignedParts} content
 */
export async function hash(algorithm, content) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, await joined(content)));
}

/** @param {SignedParts} parts */
function joined(parts) {
  return new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer();
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function equalBytes(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** @param {string} text */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/**
 * Parse a hash, or return null if the text is not a hash of this algorithm.
 * @param {string} text
 * @param {Encoding} encoding
 * @param {Algorithm} algorithm
 */
export function parseHash(text, encoding, algorithm) {
  const bytes = encoding === "hex" ? fromHex(text) : fromBase64(text);
  return bytes?.length === SIZES[algorithm] ? bytes : null;
}

/** @param {string} text */
function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * Decode base64 or base64url, padded or not, or return null.
 * @param {string} text
 */
export function fromBase64(text) {
  try {
    return bytesOfLine(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}
