/** Signatures of Slack. Source: docs.slack.dev, "Verifying requests from Slack". */

import { headerOf } from "../wire/captured.js";
import { claimOf, verify } from "./claim.js";
import { utf8 } from "./hmac.js";
import { secondsIn } from "./timestamp.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./claim.js").SignatureClaim} SignatureClaim
 * @typedef {import("./verdict.js").Refusal} Refusal
 */

/** @type {import("./claim.js").Format} */
const FORMAT = {
  header: "X-Slack-Signature",
  prefix: "v0=",
  encoding: "hex",
  algorithm: "SHA-256",
};
const TIMESTAMP = "X-Slack-Request-Timestamp";

/** @type {import("./providers.js").Provider} */
export const slack = {
  id: "slack",
  name: "Slack",
  fields: [{ name: "secret", label: "Signing secret", kind: "secret" }],
  detect: (request) => headerOf(request, FORMAT.header) !== "",
  check: (request, { secret }) => verify(request, read(request, secret)),
};

/**
 * @param {CapturedRequest} request
 * @param {string} secret
 * @returns {SignatureClaim | Refusal}
 */
function read(request, secret) {
  const timestamp = secondsIn(request, TIMESTAMP);
  if (typeof timestamp !== "number") return timestamp;
  const start = `v0:${headerOf(request, TIMESTAMP)}:`;
  return claimOf(request, FORMAT, {
    key: utf8(secret),
    signed: (body) => [start, body],
    timestamp,
  });
}
