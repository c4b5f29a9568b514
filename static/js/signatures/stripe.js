/** Signatures of Stripe. Source: docs.stripe.com, "Verify webhook signatures manually". */

import { headerOf, trimOws } from "../wire/captured.js";
import { verify } from "./claim.js";
import { parseHash, utf8 } from "./hmac.js";
import { seconds } from "./timestamp.js";
import { malformed, missing } from "./verdict.js";

/**
 * @typedef {import("./claim.js").SignatureClaim} SignatureClaim
 * @typedef {import("./verdict.js").Refusal} Refusal
 */

const HEADER = "Stripe-Signature";

/** @type {import("./providers.js").Provider} */
export const stripe = {
  id: "stripe",
  name: "Stripe",
  fields: [
    {
      name: "secret",
      label: "Signing secret of the endpoint",
      kind: "secret",
      hint: "Starts with whsec_. The Stripe CLI has a separate one.",
    },
  ],
  detect: (request) => headerOf(request, HEADER) !== "",
  check: (request, { secret }) => verify(request, read(headerOf(request, HEADER), secret)),
};

/**
 * @param {string} header  t=1492774577,v1=5257a8…,v1=…,v0=…
 * @param {string} secret
 * @returns {SignatureClaim | Refusal}
 */
function read(header, secret) {
  if (!header) return missing(HEADER);
  const [time] = valuesOf("t", header);
  const timestamp = time === undefined ? null : seconds(time);
  if (timestamp === null) return malformed(HEADER, "it has no timestamp (t=)");
  const hashes = valuesOf("v1", header).map((text) => parseHash(text, "hex", "SHA-256"));
  const signatures = hashes.filter((each) => each !== null);
  if (signatures.length === 0) return malformed(HEADER, "it has no v1 signature");
  const signed = (/** @type {Uint8Array} */ body) => [`${time}.`, body];
  // The whole secret is the key: Stripe does not strip "whsec_" and does not decode base64.
  const anyFuture = true; // Stripe's own libraries reject only old timestamps
  return { key: utf8(secret), algorithm: "SHA-256", signatures, signed, timestamp, anyFuture };
}

/**
 * @param {string} name
 * @param {string} header
 */
function valuesOf(name, header) {
  const pairs = header.split(",").map(trimOws);
  const start = `${name}=`;
  return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
}
