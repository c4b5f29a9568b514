/**
 * Check signatures of key pairs with WebCrypto: Ed25519, ECDSA, RSA. Does not use the DOM.
 *
 * @typedef {"ed25519" | "ecdsa" | "rsa"} KeyPairKind
 * @typedef {import("./public-keys.js").PublicKey} PublicKey
 * @typedef {import("./registry.js").Hash} Hash
 * @typedef {import("./verdict.js").Refusal} Refusal
 *
 * @typedef {(signature: Uint8Array, content: Uint8Array) => Promise<boolean>} Verifier
 */

import { INTEGER, sequenceOf } from "./der.js";
import { publicKeyOf } from "./public-keys.js";
import { refusal } from "./verdict.js";

/** @type {Record<KeyPairKind, string>} */
const TYPES = { ed25519: "Ed25519", ecdsa: "EC", rsa: "RSA" };

/** Bytes of a number of a signature, by curve. @type {Record<string, number>} */
const NUMBER_BYTES = { "P-256": 32, "P-384": 48, "P-521": 66 };

const INVALID_KEY = refusal("secret", "This is not a valid public key.");

const NO_ED25519 = refusal(
  "unsupported",
  "This browser cannot check Ed25519 signatures. Use a newer browser, or the command line.",
);

/**
 * Return a function that checks signatures with a public key.
 * @param {KeyPairKind} kind
 * @param {string} entered  the public key
 * @param {Hash} hash
 * @param {"der" | "raw"} [format]  of an ECDSA signature; tokens have raw ones
 * @returns {Promise<Verifier | Refusal>}
 */
export async function verifierOf(kind, entered, hash, format = "der") {
  const key = publicKeyOf(entered);
  if (!key) return INVALID_KEY;
  const type = typeOf(key);
  if (type !== TYPES[kind])
    return type ? refusal("secret", `This is not an ${TYPES[kind]} key.`) : INVALID_KEY;
  const algorithm = algorithmOf(kind, key, hash);
  if (!algorithm) return INVALID_KEY;
  try {
    const imported = await imports(key, algorithm);
    return (signature, content) => {
      const raw = kind === "ecdsa" && format === "der" ? rawSignature(signature, key) : signature;
      return crypto.subtle.verify(algorithm, imported, buffer(raw), buffer(content));
    };
  } catch (error) {
    const isUnknown = error instanceof Error && error.name === "NotSupportedError";
    return isUnknown && kind === "ed25519" ? NO_ED25519 : INVALID_KEY;
  }
}

/**
 * @param {KeyPairKind} kind
 * @param {PublicKey} key
 * @param {Hash} hash
 */
function algorithmOf(kind, key, hash) {
  if (kind === "ed25519") return { name: "Ed25519" };
  if (kind === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash };
  const namedCurve = curveOf(key);
  return namedCurve in NUMBER_BYTES ? { name: "ECDSA", namedCurve, hash } : null;
}

/** "RSA", "EC" or "Ed25519". @param {PublicKey} key */
function typeOf(key) {
  if ("info" in key) return key.type;
  return key.kty === "OKP" ? key.crv : key.kty;
}

/** @param {PublicKey} key */
function curveOf(key) {
  return ("info" in key ? key.curve : key.crv) ?? "";
}

/**
 * @param {PublicKey} key
 * @param {NonNullable<ReturnType<typeof algorithmOf>>} algorithm
 */
function imports(key, algorithm) {
  if ("info" in key) {
    return crypto.subtle.importKey("spki", buffer(key.info), algorithm, false, ["verify"]);
  }
  return crypto.subtle.importKey("jwk", key, algorithm, false, ["verify"]);
}

/** @param {Uint8Array} bytes */
function buffer(bytes) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
}

/**
 * Convert an ECDSA signature from DER to the format of WebCrypto: both numbers with a fixed length.
 * Return zeros, which match nothing, if it is malformed.
 * @param {Uint8Array} der
 * @param {PublicKey} key
 */
function rawSignature(der, key) {
  const size = NUMBER_BYTES[curveOf(key)];
  const raw = new Uint8Array(2 * size);
  for (const [at, number] of numbersIn(der).entries()) {
    const digits = number.subarray(number.findIndex((byte) => byte !== 0));
    if (digits.length <= size) raw.set(digits, (at + 1) * size - digits.length);
  }
  return raw;
}

/** @param {Uint8Array} der */
function numbersIn(der) {
  try {
    const elements = sequenceOf(der);
    const isPair = elements.length === 2 && elements.every(({ tag }) => tag === INTEGER);
    return isPair ? elements.map(({ content }) => content) : [];
  } catch {
    return [];
  }
}
