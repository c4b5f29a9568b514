/** docs.github.com: "Validating webhook deliveries". */

import { headerOf } from "../wire/captured.js";
import { claimOf, judge } from "./claim.js";
import { utf8 } from "./hmac.js";

/** @typedef {import("./claim.js").Writing} Writing */

/** @type {Writing} */
const NOW = {
  header: "X-Hub-Signature-256",
  prefix: "sha256=",
  encoding: "hex",
  algorithm: "SHA-256",
};

/** Older servers send this one alone. @type {Writing} */
const BEFORE = {
  header: "X-Hub-Signature",
  prefix: "sha1=",
  encoding: "hex",
  algorithm: "SHA-1",
};

/** @param {import("../wire/captured.js").CapturedRequest} request */
function writingOf(request) {
  return [NOW, BEFORE].find(({ header }) => headerOf(request, header));
}

/** @type {import("./providers.js").Provider} */
export const github = {
  id: "github",
  name: "GitHub",
  fields: [{ name: "secret", label: "Webhook secret", kind: "secret" }],
  detect: (request) => writingOf(request) !== undefined,
  check: (request, { secret }) =>
    judge(
      request,
      claimOf(request, writingOf(request) ?? NOW, {
        key: utf8(secret),
        signed: (body) => [body],
      }),
    ),
};
