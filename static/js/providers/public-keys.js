/**
 * Read public keys that users paste: PEM of a key or certificate, base64 of a key, hex for Ed25519, or a
 * JSON Web Key (RFC 7517), of which only the numbers count. Does not use the DOM.
 *
 * @typedef {object} EncodedKey
 * @property {Uint8Array} info  SubjectPublicKeyInfo (RFC 5280) in DER
 * @property {"RSA" | "EC" | "Ed25519" | undefined} type
 * @property {string} [curve]   of an EC key
 *
 * @typedef {EncodedKey | JsonWebKey} PublicKey
 */

import { fromBase64, fromHex, toHex } from "../text/encoding.js";
import { elementsOf, OBJECT_ID, SEQUENCE, sequenceOf } from "./der.js";

/** A certificate has about 2,000 characters, a set of keys up to ten times as many. */
const MAX_CHARACTERS = 32 * 1024;

/** Object identifiers, in hex. @type {Record<string, EncodedKey["type"]>} */
const TYPES = { "2a864886f70d010101": "RSA", "2a8648ce3d0201": "EC", "2b6570": "Ed25519" };

/** @type {Record<string, string>} */
const CURVES = { "2a8648ce3d030107": "P-256", "2b81040022": "P-384", "2b81040023": "P-521" };

const ED25519_BYTES = 32;
/** The bytes before an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const ED25519_HEAD = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/**
 * Read a public key, or return null if the text does not contain one.
 * @param {string} entered
 * @returns {PublicKey | null}
 */
export function publicKeyOf(entered) {
  const text = entered.trim();
  if (text.length > MAX_CHARACTERS) return null;
  try {
    return text.startsWith("{") ? jsonKey(JSON.parse(text)) : encodedKey(text);
  } catch {
    return null; // neither JSON nor DER
  }
}

/**
 * @param {JsonWebKey} key
 * @returns {JsonWebKey | null}
 */
function jsonKey({ kty, crv, x, y, n, e }) {
  return typeof kty === "string" ? { kty, crv, x, y, n, e } : null;
}

/** @param {string} text */
function encodedKey(text) {
  const [, label, content] = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END/.exec(text) ?? [];
  const isHex = text.length === 2 * ED25519_BYTES && /^[\da-f]*$/i.test(text);
  const bytes = isHex ? fromHex(text) : fromBase64(content ?? text);
  if (!bytes) return null;
  if (bytes.length === ED25519_BYTES) return keyInfo(Uint8Array.of(...ED25519_HEAD, ...bytes));
  return keyInfo(label === "CERTIFICATE" ? keyIn(bytes) : bytes);
}

/**
 * Return the SubjectPublicKeyInfo in a certificate (RFC 5280, section 4.1).
 * @param {Uint8Array} certificate
 */
function keyIn(certificate) {
  const [first] = sequenceOf(certificate);
  // version, which version 1 omits; serial number, signature algorithm, issuer, validity, subject, key
  const fields = elementsOf(first.content);
  return fields[fields[0].tag === 0xa0 ? 6 : 5].whole;
}

/**
 * @param {Uint8Array} info
 * @returns {EncodedKey}
 */
function keyInfo(info) {
  const [algorithm] = sequenceOf(info);
  const [id, parameter] = algorithm.tag === SEQUENCE ? elementsOf(algorithm.content) : [];
  if (id?.tag !== OBJECT_ID) throw new SyntaxError("This key has no algorithm.");
  const curve = parameter && CURVES[toHex(parameter.content)];
  return { info, type: TYPES[toHex(id.content)], ...(curve && { curve }) };
}
