/**
 * Check the signature of a request. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./claim.js").Claim} Claim
 * @typedef {import("./hashes.js").SignedParts} SignedParts
 * @typedef {import("./registry.js").Provider} Provider
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./verdict.js").Refusal} Refusal
 * @typedef {import("./verdict.js").Verdict} Verdict
 *
 * @typedef {(content: SignedParts) => Promise<number>} Match  index of the signature of a content, or -1
 */

import { bytesOf } from "../body/body.js";
import { originalOf } from "./alteration.js";
import { coversBody, isInBody, readClaim } from "./claim.js";
import { isGeneric, templateProblem } from "./generic.js";
import { canHash, equalBytes, hmac, joined } from "./hashes.js";
import { verifierOf } from "./key-pairs.js";
import { RequestValues } from "./request-values.js";
import { basicVerdict, sharedTokenVerdict } from "./shared-token.js";
import { needsHash, optionsOf, signatureFor, signaturesFor } from "./signature-choice.js";
import { signedContent } from "./signed-content.js";
import { sharedKey, withoutPrefix } from "./signing-key.js";
import { ageVerdict } from "./signing-time.js";
import { tokenVerdict } from "./token-signature.js";
import { twilioVerdict } from "./twilio.js";
import { bodyAltered, bodyNotKept, mismatch, refusal } from "./verdict.js";

const NO_CRYPTOGRAPHY = refusal(
  "unsupported",
  "This signature can’t be checked on this page: browsers allow cryptography only on https and localhost.",
);

/**
 * Check the signature of a request as its provider makes it.
 * @param {CapturedRequest} request
 * @param {Provider} provider
 * @param {Record<string, string>} fields  the entered values: `secret`, and the options of the signature
 * @returns {Promise<Verdict>}
 */
export async function check(request, provider, { secret, ...options }) {
  const problem = isGeneric(provider) ? templateProblem(options.signed) : "";
  if (problem) return refusal("malformed", problem);
  const values = new RequestValues(request);
  const signature = signatureFor(provider, values, { secret, ...options });
  if (!signature) {
    return refusal("missing", `${provider.name} does not sign requests like this one.`);
  }
  if (!canHash() && needsHash(signature)) return NO_CRYPTOGRAPHY;
  values.given.options = optionsOf(signature, values, options);
  if (!request.body.complete && isInBody(signature.at)) return bodyNotKept();
  const verdict = await verdictOf(values, signature, secret, provider);
  if (!verdict.ok || !signature.note) return verdict;
  return { ok: true, notes: [...verdict.notes, signature.note] };
}

/**
 * Check whether a request's signature of a content can be checked with this secret: whether it is a key, and
 * the browser supports it.
 * @param {CapturedRequest} request
 * @param {Provider} provider
 * @param {Record<string, string>} fields
 */
export async function canCheck(request, provider, { secret, ...options }) {
  const signature = signatureFor(provider, new RequestValues(request), { secret, ...options });
  if (!signature || !canHash()) return false;
  return !("ok" in (await matchOf({ signatures: [] }, signature, secret, provider)));
}

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @param {Provider} provider
 */
function verdictOf(values, signature, secret, provider) {
  switch (signature.kind) {
    case "token":
      return sharedTokenVerdict(values, signature, secret);
    case "basic":
      return basicVerdict(values, signature, secret);
    case "jwt":
      return tokenVerdict(values, signature, secret, provider.name);
    case "twilio":
      return twilioVerdict(values, signature, secret);
    default:
      return contentVerdict(values, signature, secret, provider);
  }
}

/**
 * Check a signature of a content: an HMAC, or one with a public key.
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @param {Provider} provider
 * @returns {Promise<Verdict>}
 */
async function contentVerdict(values, signature, secret, provider) {
  const { request } = values;
  const claim = readClaim(values, signature, signaturesFor(provider, values));
  if ("ok" in claim) return claim;
  const match = await matchOf(claim, signature, secret, provider);
  if ("ok" in match) return match;
  if (!request.body.complete && coversBody(signature)) return bodyNotKept();
  values.given.timestamp = claim.timestamp;
  const indexFor = async (/** @type {RequestValues} */ each) => {
    const content = await signedContent(signature.signed ?? "{body}", each);
    return content ? match(content) : -1;
  };
  const index = await indexFor(values);
  if (index >= 0) return validVerdict(request, signature, claim, index);
  if (signature.kind !== "hmac") return mismatch("the public key is wrong");
  if (!coversBody(signature)) return mismatch();
  const original = await originalOf(
    bytesOf(request.body),
    async (guess) => (await indexFor(values.withBody(guess))) >= 0,
  );
  return original ? bodyAltered(original) : mismatch();
}

/**
 * Return a function that compares the signatures of a claim with a content.
 * @param {Pick<Claim, "signatures">} claim
 * @param {Signature} signature
 * @param {string} secret
 * @param {Provider} provider
 * @returns {Promise<Match | Refusal>}
 */
async function matchOf({ signatures }, signature, secret, provider) {
  const { kind, hash = "SHA-256" } = signature;
  if (kind === "hmac") {
    const key = sharedKey(secret, signature.secret, provider.name);
    if ("ok" in key) return key;
    return async (content) => {
      const expected = await hmac(hash, key, content);
      return signatures.findIndex((each) => equalBytes(each, expected));
    };
  }
  const isSignature = await verifierOf(
    /** @type {import("./key-pairs.js").KeyPairKind} */ (kind),
    withoutPrefix(secret, signature.secret),
    hash,
  );
  if ("ok" in isSignature) return isSignature;
  return async (content) => {
    const bytes = new Uint8Array(await joined(content));
    const results = await Promise.all(signatures.map((each) => isSignature(each, bytes)));
    return results.indexOf(true);
  };
}

/**
 * @param {{received_at: string}} request
 * @param {Signature} signature
 * @param {Claim} claim
 * @param {number} index  of the valid signature
 * @returns {Verdict}
 */
function validVerdict({ received_at }, { timestamp }, { signatures, seconds }, index) {
  /** @type {Verdict} */
  const verdict =
    timestamp && seconds !== undefined
      ? ageVerdict(seconds, received_at, timestamp)
      : { ok: true, notes: [] };
  if (!verdict.ok || signatures.length === 1) return verdict;
  const which = `Signature ${index + 1} of the ${signatures.length} in the header is valid.`;
  return { ok: true, notes: [which, ...verdict.notes] };
}
