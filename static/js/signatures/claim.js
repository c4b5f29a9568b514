/**
 * Read the signature claim of a request and verify it. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./hmac.js").Algorithm} Algorithm
 * @typedef {import("./hmac.js").Encoding} Encoding
 * @typedef {import("./verdict.js").Refusal} Refusal
 * @typedef {import("./verdict.js").Verdict} Verdict
 *
 * @typedef {object} SignatureClaim
 * @property {Uint8Array} key
 * @property {Algorithm} algorithm
 * @property {Uint8Array[]} signatures  at least one has to match
 * @property {(body: Uint8Array) => import("./hmac.js").SignedParts} signed  the signed content, for a body
 * @property {number} [timestamp]       seconds since 1970
 * @property {boolean} [anyFuture]      accept any timestamp later than the arrival of the request
 *
 * @typedef {object} Format  the header and the encoding of a signature
 * @property {string} header
 * @property {string} prefix
 * @property {Encoding} encoding
 * @property {Algorithm} algorithm
 */

import { bytesOf } from "../body/body.js";
import { headerOf } from "../wire/captured.js";
import { originalOf } from "./alteration.js";
import { equalBytes, hmac, parseHash } from "./hmac.js";
import { timestampVerdict } from "./timestamp.js";
import { bodyAltered, bodyNotKept, malformed, mismatch, missing } from "./verdict.js";

/**
 * Read the only signature in a header.
 * @param {CapturedRequest} request
 * @param {Format} format
 * @returns {Uint8Array | Refusal}
 */
export function signatureIn(request, { header, prefix, encoding, algorithm }) {
  const text = headerOf(request, header);
  if (!text) return missing(header);
  if (!text.startsWith(prefix)) return malformed(header, `it does not start with “${prefix}”`);
  const signature = parseHash(text.slice(prefix.length), encoding, algorithm);
  return signature ?? malformed(header, `it does not contain a ${algorithm} hash in ${encoding}`);
}

/**
 * Read the claim of a request with one signature.
 * @param {CapturedRequest} request
 * @param {Format} format
 * @param {Omit<SignatureClaim, "algorithm" | "signatures">} rest
 * @returns {SignatureClaim | Refusal}
 */
export function claimOf(request, format, rest) {
  const signature = signatureIn(request, format);
  if ("ok" in signature) return signature;
  return { algorithm: format.algorithm, signatures: [signature], ...rest };
}

/**
 * Verify a claim.
 * @param {CapturedRequest} request
 * @param {SignatureClaim | Refusal} claim
 * @returns {Promise<Verdict>}
 */
export async function verify(request, claim) {
  if ("ok" in claim) return claim;
  if (!request.body.complete) return bodyNotKept();
  const body = bytesOf(request.body);
  const index = await matchingIndex(claim, body);
  if (index >= 0) return validVerdict(request, claim, index);
  const original = await originalOf(
    body,
    async (guess) => (await matchingIndex(claim, guess)) >= 0,
  );
  return original ? bodyAltered(original) : mismatch();
}

/**
 * Return the index of the signature that matches a body, or -1.
 * @param {SignatureClaim} claim
 * @param {Uint8Array} body
 */
async function matchingIndex({ algorithm, key, signatures, signed }, body) {
  const expected = await hmac(algorithm, key, signed(body));
  return signatures.findIndex((each) => equalBytes(each, expected));
}

/**
 * @param {CapturedRequest} request
 * @param {SignatureClaim} claim
 * @param {number} index
 * @returns {Verdict}
 */
function validVerdict(request, { signatures, timestamp, anyFuture }, index) {
  /** @type {Verdict} */
  const verdict =
    timestamp === undefined
      ? { ok: true, notes: [] }
      : timestampVerdict(timestamp, request, anyFuture);
  if (!verdict.ok || signatures.length === 1) return verdict;
  const which = `Signature ${index + 1} of the ${signatures.length} in the header is valid.`;
  return { ok: true, notes: [which, ...verdict.notes] };
}
