/** Signatures of Standard Webhooks (standardwebhooks.com), and of Svix with its own header names. */

import { bytesOfLine, headerOf } from "../wire/captured.js";
import { verify } from "./claim.js";
import { fromBase64, parseHash } from "./hmac.js";
import { secondsIn } from "./timestamp.js";
import { malformed, missing, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./claim.js").SignatureClaim} SignatureClaim
 * @typedef {import("./verdict.js").Refusal} Refusal
 */

export const SECRET_PREFIX = "whsec_";

/** @type {import("./providers.js").Provider} */
export const standardWebhooks = {
  id: "standard-webhooks",
  name: "Standard Webhooks, Svix",
  fields: [
    {
      name: "secret",
      label: "Signing secret",
      kind: "secret",
      hint: "Base64, with or without whsec_ in front.",
    },
  ],
  detect: (request) => headerOf(request, `${brandOf(request)}-signature`) !== "",
  check: (request, { secret }) => verify(request, read(request, secret)),
};

/** @param {CapturedRequest} request */
function brandOf(request) {
  return headerOf(request, "svix-signature") ? "svix" : "webhook";
}

/**
 * @param {CapturedRequest} request
 * @param {string} secret
 * @returns {SignatureClaim | Refusal}
 */
function read(request, secret) {
  const brand = brandOf(request);
  const signatures = signaturesIn(request, `${brand}-signature`);
  if ("ok" in signatures) return signatures;
  const id = headerOf(request, `${brand}-id`);
  if (!id) return missing(`${brand}-id`);
  const timestamp = secondsIn(request, `${brand}-timestamp`);
  if (typeof timestamp !== "number") return timestamp;
  const key = keyOf(secret);
  if ("ok" in key) return key;
  const start = bytesOfLine(`${id}.${headerOf(request, `${brand}-timestamp`)}.`);
  return { key, algorithm: "SHA-256", signatures, signed: (body) => [start, body], timestamp };
}

/**
 * @param {CapturedRequest} request
 * @param {string} header  v1,K5oZ…= v1,… v1a,…
 * @returns {Uint8Array[] | Refusal}
 */
function signaturesIn(request, header) {
  const entries = headerOf(request, header).split(" ").filter(Boolean);
  if (entries.length === 0) return missing(header);
  const symmetric = entries.filter((entry) => entry.startsWith("v1,"));
  const hashes = symmetric.map((entry) => parseHash(entry.slice(3), "base64", "SHA-256"));
  const signatures = hashes.filter((each) => each !== null);
  if (signatures.length > 0) return signatures;
  const asymmetric = entries.some((entry) => entry.startsWith("v1a,"));
  return asymmetric
    ? malformed(header, "it has only v1a signatures, which no shared secret can check")
    : malformed(header, "it has no v1 signature");
}

/**
 * @param {string} secret
 * @returns {Uint8Array | Refusal}
 */
function keyOf(secret) {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  const key = fromBase64(text);
  if (key?.length) return key;
  return refusal("secret", "The secret is not valid base64, as Standard Webhooks requires.");
}
