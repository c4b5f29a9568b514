/** Signatures of Shopify. Source: shopify.dev, "Verify webhook deliveries". */

import { headerOf } from "../wire/captured.js";
import { claimOf, verify } from "./claim.js";
import { utf8 } from "./hmac.js";

/** @type {import("./claim.js").Format} */
const FORMAT = {
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
  detect: (request) => headerOf(request, FORMAT.header) !== "",
  check: (request, { secret }) =>
    verify(request, claimOf(request, FORMAT, { key: utf8(secret), signed: (body) => [body] })),
};
