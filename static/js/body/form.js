/**
 * Decode the fields of an HTML form (URL Standard, application/x-www-form-urlencoded) with its charset.
 * Does not use the DOM.
 *
 * @typedef {object} Fields
 * @property {[name: string, value: string][]} pairs
 * @property {string} note  the charset if it is not UTF-8, or ""
 */

import { claim, decoderOf, nameOf } from "./charset.js";
import { parametersOf } from "./header-parameters.js";

/** Fields that name the charset: browsers use the first, PayPal and Alipay the second. */
const CHARSET_FIELDS = ["_charset_", "charset"];

const [AMPERSAND, EQUALS, PLUS, PERCENT, SPACE] = [0x26, 0x3d, 0x2b, 0x25, 0x20];

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType  the whole header value
 * @param {number} limit  maximum number of fields
 * @returns {Fields}
 */
export function fieldsOf(bytes, contentType, limit) {
  const raw = rawPairs(bytes, limit);
  const { label, because } = claimOf(raw, contentType);
  const charset = decoderOf(label)?.encoding ?? "utf-8";
  const pairs = raw.map((pair) => pair.map((text) => decoded(text, charset)));
  const note = charset === "utf-8" ? "" : `Decoded as ${nameOf(charset)} because ${because}.`;
  return { pairs: /** @type {[string, string][]} */ (pairs), note };
}

/**
 * @param {Uint8Array} bytes
 * @param {number} limit
 * @returns {[name: Uint8Array, value: Uint8Array][]}
 */
function rawPairs(bytes, limit) {
  /** @type {[Uint8Array, Uint8Array][]} */
  const pairs = [];
  for (let start = 0; start < bytes.length && pairs.length < limit; ) {
    const found = bytes.indexOf(AMPERSAND, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) pairs.push(rawPair(bytes.subarray(start, end)));
    start = end + 1;
  }
  return pairs;
}

/**
 * @param {Uint8Array} bytes
 * @returns {[Uint8Array, Uint8Array]}
 */
function rawPair(bytes) {
  const equals = bytes.indexOf(EQUALS);
  if (equals < 0) return [bytes, bytes.subarray(bytes.length)];
  return [bytes.subarray(0, equals), bytes.subarray(equals + 1)];
}

/**
 * @param {[name: Uint8Array, value: Uint8Array][]} pairs
 * @param {string} contentType
 * @returns {import("./charset.js").CharsetClaim}
 */
function claimOf(pairs, contentType) {
  const declared = parametersOf(contentType).get("charset") ?? "";
  if (declared) return claim(declared, "the Content-Type");
  for (const field of CHARSET_FIELDS) {
    const [, value] = pairs.find(([name]) => asSent(name) === field) ?? [];
    if (value && decoderOf(asSent(value))) return claim(asSent(value), `the field ${field}`);
  }
  return claim("utf-8", "nothing");
}

/**
 * Decode escapes. Return the text as sent if it is not valid in the charset.
 * @param {Uint8Array} bytes
 * @param {string} charset
 */
function decoded(bytes, charset) {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(unescaped(bytes));
  } catch {
    return asSent(bytes);
  }
}

/** @param {Uint8Array} bytes */
function asSent(bytes) {
  return new TextDecoder("latin1").decode(bytes);
}

/** @param {Uint8Array} bytes */
function unescaped(bytes) {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const hex = bytes[at] === PERCENT ? String.fromCharCode(bytes[at + 1], bytes[at + 2]) : "";
    const isEscape = /^[\da-f]{2}$/i.test(hex);
    plain[length++] = isEscape ? Number.parseInt(hex, 16) : bytes[at] === PLUS ? SPACE : bytes[at];
    if (isEscape) at += 2;
  }
  return plain.subarray(0, length);
}
