/** Signatures of GitHub. Source: docs.github.com, "Validating webhook deliveries". */

import { headerOf } from "../wire/captured.js";
import { claimOf, verify } from "./claim.js";
import { utf8 } from "./hmac.js";

/** @typedef {import("./claim.js").Format} Format */

/** @type {Format} */
const CURRENT = {
  header: "X-Hub-Signature-256",
  prefix: "sha256=",
  encoding: "hex",
  algorithm: "SHA-256",
};

/** Older servers send only this one. @type {Format} */
const LEGACY = {
  header: "X-Hub-Signature",
  prefix: "sha1=",
  encoding: "hex",
  algorithm: "SHA-1",
};

/** @param {import("../wire/captured.js").CapturedRequest} request */
function formatOf(request) {
  return [CURRENT, LEGACY].find(({ header }) => headerOf(request, header));
}

/** @type {import("./providers.js").Provider} */
export const github = {
  id: "github",
  name: "GitHub",
  fields: [{ name: "secret", label: "Webhook secret", kind: "secret" }],
  detect: (request) => formatOf(request) !== undefined,
  check: (request, { secret }) =>
    verify(
      request,
      claimOf(request, formatOf(request) ?? CURRENT, {
        key: utf8(secret),
        signed: (body) => [body],
      }),
    ),
};
