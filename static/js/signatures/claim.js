/**
 * What a request claims of how it was signed, read and judged. No DOM in here.
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
 * @property {Uint8Array[]} signatures  one of them has to be right
 * @property {(body: Uint8Array) => import("./hmac.js").SignedParts} signed  what the signature covers
 * @property {number} [timestamp]       seconds since 1970
 * @property {boolean} [anyFuture]      whether it may be later than the request, however far
 *
 * @typedef {object} Writing  where a signature stands and how it is written
 * @property {string} header
 * @property {string} prefix
 * @property {Encoding} encoding
 * @property {Algorithm} algorithm
 */

import { bytesOf } from "../body/body.js";
import { headerOf } from "../wire/captured.js";
import { originalOf } from "./alteration.js";
import { hmac, same, writtenHash } from "./hmac.js";
import { inTime } from "./timestamp.js";
import { bodyAltered, bodyNotKept, malformed, mismatch, missing } from "./verdict.js";

/**
 * The one signature of a header.
 * @param {CapturedRequest} request
 * @param {Writing} writing
 * @returns {Uint8Array | Refusal}
 */
export function signatureIn(request, { header, prefix, encoding, algorithm }) {
  const text = headerOf(request, header);
  if (!text) return missing(header);
  if (!text.startsWith(prefix)) return malformed(header, `it does not start with “${prefix}”`);
  const signature = writtenHash(text.slice(prefix.length), encoding, algorithm);
  return signature ?? malformed(header, `it holds no ${algorithm} hash in ${encoding}`);
}

/**
 * @param {CapturedRequest} request
 * @param {Writing} writing
 * @param {Omit<SignatureClaim, "algorithm" | "signatures">} rest
 * @returns {SignatureClaim | Refusal}
 */
export function claimOf(request, writing, rest) {
  const signature = signatureIn(request, writing);
  if ("ok" in signature) return signature;
  return { algorithm: writing.algorithm, signatures: [signature], ...rest };
}

/**
 * @param {CapturedRequest} request
 * @param {SignatureClaim | Refusal} claim
 * @returns {Promise<Verdict>}
 */
export async function judge(request, claim) {
  if ("ok" in claim) return claim;
  if (!request.body.complete) return bodyNotKept();
  const body = bytesOf(request.body);
  const place = await rightPlace(claim, body);
  if (place >= 0) return rightVerdict(request, claim, place);
  const original = await originalOf(body, async (guess) => (await rightPlace(claim, guess)) >= 0);
  return original ? bodyAltered(original) : mismatch();
}

/**
 * Which of the signatures is right for a body, or -1.
 * @param {SignatureClaim} claim
 * @param {Uint8Array} body
 */
async function rightPlace({ algorithm, key, signatures, signed }, body) {
  const right = await hmac(algorithm, key, signed(body));
  return signatures.findIndex((each) => same(each, right));
}

/**
 * @param {CapturedRequest} request
 * @param {SignatureClaim} claim
 * @param {number} place
 * @returns {Verdict}
 */
function rightVerdict(request, { signatures, timestamp, anyFuture }, place) {
  /** @type {Verdict} */
  const verdict =
    timestamp === undefined ? { ok: true, notes: [] } : inTime(timestamp, request, anyFuture);
  if (!verdict.ok || signatures.length === 1) return verdict;
  const which = `Of ${signatures.length} signatures in the header, number ${place + 1} is right.`;
  return { ok: true, notes: [which, ...verdict.notes] };
}
