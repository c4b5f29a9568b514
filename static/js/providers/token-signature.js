/**
 * JSON Web Tokens (RFC 7519) as signatures: their claims must match the request. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {import("./verdict.js").Refusal} Refusal
 * @typedef {import("./verdict.js").Verdict} Verdict
 *
 * @typedef {object} Token  not yet verified
 * @property {Record<string, unknown>} header
 * @property {Record<string, unknown>} claims
 * @property {Uint8Array} signed
 * @property {Uint8Array} sent
 */

import { fromBase64, utf8 } from "../text/encoding.js";
import { span } from "../text/timestamps.js";
import { hasPrefix, isInBody, noPrefix } from "./claim.js";
import { equalBytes, hmac, joined } from "./hashes.js";
import { verifierOf } from "./key-pairs.js";
import { MAX_PARSED_BYTES } from "./request-values.js";
import { signedContent } from "./signed-content.js";
import { sharedKey } from "./signing-key.js";
import { ageOf, ageVerdict } from "./signing-time.js";
import { locationsIn, parseTemplate } from "./template.js";
import { bodyNotKept, malformed, mismatch, missing, refusal } from "./verdict.js";

/** Seconds by which the clocks of two machines may differ. */
const LEEWAY = 60;

/** @type {Record<string, import("./registry.js").Hash>} */
export const TOKEN_HASHES = { HS256: "SHA-256", HS384: "SHA-384", HS512: "SHA-512" };

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @param {string} provider  its name
 * @returns {Promise<Verdict>}
 */
export async function tokenVerdict(values, signature, secret, provider) {
  const { at, prefix = "", algorithms = [] } = signature;
  const text = values.text(at);
  if (!text) return missing(at);
  if (!hasPrefix(text, prefix)) return malformed(at, noPrefix(prefix));
  const token = parsed(text.slice(prefix.length));
  if (!token) return malformed(at, "it is not a JSON Web Token");
  const algorithm = algorithms.find((each) => each === token.header.alg);
  if (!algorithm) return malformed(at, `its algorithm is not ${algorithms.join(" or ")}`);
  const isSigned = await checkSignature(token, algorithm, signature, secret, provider);
  if (typeof isSigned !== "boolean") return isSigned;
  if (!isSigned && algorithm in TOKEN_HASHES) return mismatch();
  if (!isSigned) return mismatch("the public key is wrong");
  return (await claimsRefusal(token, signature, values)) ?? timesVerdict(token, signature, values);
}

/**
 * @param {string} text
 * @returns {Token | null}
 */
function parsed(text) {
  const parts = text.split(".", 4);
  const [header, claims, sent] = parts.map(fromBase64);
  if (parts.length !== 3 || !header || !claims || !sent) return null;
  const objects = [header, claims].map(objectIn);
  if (!objects[0] || !objects[1]) return null;
  const signed = utf8(`${parts[0]}.${parts[1]}`);
  return { header: objects[0], claims: objects[1], signed, sent };
}

/**
 * @param {Uint8Array} bytes
 * @returns {Record<string, unknown> | null}
 */
function objectIn(bytes) {
  if (bytes.length > MAX_PARSED_BYTES) return null;
  try {
    const value = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {Token} token
 * @param {string} algorithm
 * @param {Signature} signature
 * @param {string} secret
 * @param {string} provider
 */
async function checkSignature({ header, signed, sent }, algorithm, signature, secret, provider) {
  if (algorithm in TOKEN_HASHES) {
    const key = sharedKey(secret, signature.secret, provider);
    if ("ok" in key) return key;
    return equalBytes(await hmac(TOKEN_HASHES[algorithm], key, [signed]), sent);
  }
  const key = oneKey(secret, header.kid);
  if (typeof key !== "string") return key;
  const kind = algorithm === "RS256" ? "rsa" : "ecdsa";
  const verifier = await verifierOf(kind, key, "SHA-256", "raw");
  return "ok" in verifier ? verifier : verifier(sent, signed);
}

/**
 * Return the key with an id, if the secret is a set of keys (RFC 7517, section 5).
 * @param {string} secret
 * @param {unknown} id
 * @returns {string | Refusal}
 */
function oneKey(secret, id) {
  const keys = objectIn(utf8(secret))?.keys;
  if (!Array.isArray(keys)) return secret;
  const found = keys.find((each) => each?.kid === String(id ?? ""));
  return found ? JSON.stringify(found) : NO_SUCH_KEY;
}

const NO_SUCH_KEY = refusal(
  "secret",
  "The set of keys does not contain the key that the token names.",
);

/**
 * Compare the claims with the request.
 * @param {Token} token
 * @param {Signature} signature
 * @param {RequestValues} values
 * @returns {Promise<Refusal | null>}
 */
async function claimsRefusal(token, { claims = {} }, values) {
  const { body } = values.request;
  for (const [claim, template] of Object.entries(claims)) {
    const fromBody = locationsIn(parseTemplate(template)).some(isInBody);
    if (fromBody && !body.complete) return bodyNotKept();
    const parts = await signedContent(template, values);
    const sent = token.claims[claim];
    const isEqual =
      parts &&
      typeof sent === "string" &&
      equalBytes(utf8(sent), new Uint8Array(await joined(parts)));
    if (!isEqual) {
      const text = `The token is valid, but its claim ${claim} does not match the request.`;
      return refusal("body", text);
    }
  }
  return null;
}

/**
 * Judge the times of a token when the request arrived.
 * @param {Token} token
 * @param {Signature} signature
 * @param {RequestValues} values
 * @returns {Verdict}
 */
function timesVerdict({ claims }, { at, timestamp }, { request }) {
  const { received_at: arrived } = request;
  const [ends, starts, issued] = ["exp", "nbf", "iat"].map((name) => secondsIn(claims[name]));
  if (ends !== null && ageOf(ends, arrived) > LEEWAY) {
    const late = span(1000 * ageOf(ends, arrived));
    const text = `The token is valid, but it expired ${late} before the request arrived.`;
    return refusal("timestamp", text);
  }
  if (starts !== null && -ageOf(starts, arrived) > LEEWAY) {
    const early = span(1000 * ageOf(starts, arrived));
    const text = `The token is valid, but it becomes valid only ${early} after the request arrived.`;
    return refusal("timestamp", text);
  }
  if (issued !== null) return ageVerdict(issued, arrived, timestamp ?? {});
  return timestamp ? malformed(at, "it has no timestamp (iat)") : { ok: true, notes: [] };
}

/** @param {unknown} value */
function secondsIn(value) {
  return typeof value === "number" && value >= 0 && value < 1e11 ? Math.floor(value) : null;
}
