/** shopify.dev: "Verify webhook deliveries". */

import { headerOf } from "../wire/captured.js";
import { claimOf, judge } from "./claim.js";
import { utf8 } from "./hmac.js";

/** @type {import("./claim.js").Writing} */
const WRITING = {
  header: "X-Shopify-Hmac-Sha256",
  prefix: "",
  encoding: "base64",
  algorithm: "SHA-256",
};

/** @type {import("./providers.js").Provider} */
export const shopify = {
  id: "shopify",
  name: "Shopify",
  fields: [{ name: "secret", label: "Client secret of the app", kind: "secret" }],
  detect: (request) => headerOf(request, WRITING.header) !== "",
  check: (request, { secret }) =>
    judge(request, claimOf(request, WRITING, { key: utf8(secret), signed: (body) => [body] })),
};
