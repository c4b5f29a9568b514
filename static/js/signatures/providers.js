/**
 * The providers whose signatures the page can check. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} SignatureField  a value that the user enters
 * @property {string} name
 * @property {string} label
 * @property {"secret" | "text" | "choice"} kind
 * @property {readonly string[]} [choices]
 * @property {string} [hint]
 * @property {boolean} [optional]  may stay empty
 * @property {(request: CapturedRequest) => string} [initial]
 *
 * @typedef {object} Provider
 * @property {string} id
 * @property {string} name
 * @property {readonly SignatureField[]} fields
 * @property {(request: CapturedRequest) => boolean} detect  reads only the headers
 * @property {(request: CapturedRequest, fields: Record<string, string>) => Promise<import("./verdict.js").Verdict>} check
 */

import { generic } from "./generic.js";
import { github } from "./github.js";
import { gitlab } from "./gitlab.js";
import { shopify } from "./shopify.js";
import { slack } from "./slack.js";
import { standardWebhooks } from "./standard-webhooks.js";
import { stripe } from "./stripe.js";
import { twilio } from "./twilio.js";

/** In order of detection: GitLab also sends the headers of Standard Webhooks. @type {readonly Provider[]} */
export const PROVIDERS = [
  github,
  gitlab,
  shopify,
  slack,
  stripe,
  twilio,
  standardWebhooks,
  generic,
];

/** The choice of the provider. @type {SignatureField} */
export const SIGNED_BY = {
  name: "provider",
  label: "Signed by",
  kind: "choice",
  choices: PROVIDERS.map(({ name }) => name),
};

/** @param {CapturedRequest} request */
export function detect(request) {
  return PROVIDERS.find((provider) => provider.detect(request));
}

/**
 * Return the entered values, with defaults from the request.
 * @param {Provider} provider
 * @param {CapturedRequest} request
 * @param {Record<string, string>} entered
 * @returns {Record<string, string>}
 */
export function fieldsOf({ fields }, request, entered) {
  return Object.fromEntries(
    fields.map(({ name, initial }) => [name, entered[name] ?? initial?.(request) ?? ""]),
  );
}

/**
 * Return the first required field that is empty.
 * @param {Provider} provider
 * @param {Record<string, string>} values
 */
export function emptyField({ fields }, values) {
  return fields.find(({ name, optional }) => !optional && !values[name]);
}
