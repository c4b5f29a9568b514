/** docs.gitlab.com: "Webhooks": the secret token, and the signing token of newer versions. */

import { bytesOfLine, headerOf } from "../wire/captured.js";
import { same, utf8 } from "./hmac.js";
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
      : compared(request, fields.secret),
};

/**
 * A request may have both: what was entered says which is meant.
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
function compared(request, secret) {
  const token = headerOf(request, TOKEN);
  if (!token) return missing(TOKEN);
  if (!same(bytesOfLine(token), utf8(secret))) {
    return refusal("secret", `The ${TOKEN} header holds another secret token.`);
  }
  return {
    ok: true,
    notes: ["This is the token itself, not a signature: the body may be anyone’s."],
  };
}
