/**
 * The secret token of GitLab, and the signing token of newer versions. Source: docs.gitlab.com,
 * "Webhooks".
 */

import { bytesOfLine, headerOf } from "../wire/captured.js";
import { equalBytes, utf8 } from "./hmac.js";
import { SECRET_PREFIX, standardWebhooks } from "./standard-webhooks.js";
import { missing, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

const TOKEN = "X-Gitlab-Token";

/** @type {import("./providers.js").Provider} */
export const gitlab = {
  id: "gitlab",
  name: "GitLab",
  fields: [
    {
      name: "secret",
      label: "Signing token or secret token",
      kind: "secret",
      hint: "A signing token starts with whsec_.",
    },
  ],
  detect: (request) => [TOKEN, "X-Gitlab-Event"].some((name) => headerOf(request, name) !== ""),
  check: async (request, fields) =>
    isSigningToken(request, fields.secret)
      ? standardWebhooks.check(request, fields)
      : tokenVerdict(request, fields.secret),
};

/**
 * Check which token was entered: a request can have both.
 * @param {CapturedRequest} request
 * @param {string} secret
 */
function isSigningToken(request, secret) {
  if (secret.startsWith(SECRET_PREFIX)) return true;
  return !headerOf(request, TOKEN) && headerOf(request, "webhook-signature") !== "";
}

/**
 * @param {CapturedRequest} request
 * @param {string} secret
 * @returns {Verdict}
 */
function tokenVerdict(request, secret) {
  const token = headerOf(request, TOKEN);
  if (!token) return missing(TOKEN);
  if (!equalBytes(bytesOfLine(token), utf8(secret))) {
    return refusal("secret", `The ${TOKEN} header contains a different secret token.`);
  }
  return {
    ok: true,
    notes: ["This is a token, not a signature: the body is not verified."],
  };
}
