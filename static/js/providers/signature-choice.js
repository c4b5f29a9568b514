/**
 * Choose the signature of a provider to check, and describe what the user has to enter for it. Does not
 * use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./registry.js").Provider} Provider
 * @typedef {import("./registry.js").Signature} Signature
 *
 * @typedef {object} SignatureField  a value that the user enters
 * @property {string} name
 * @property {string} label
 * @property {"secret" | "text" | "choice"} kind
 * @property {readonly string[]} [choices]
 * @property {string} [hint]
 * @property {boolean} [optional]  may stay empty
 * @property {string} [initial]
 */

import { GENERIC, genericFields, genericSignature, isGeneric, likelyHeader } from "./generic.js";
import { recognise } from "./recognise.js";
import { PROVIDERS, signaturesOf } from "./registry.js";
import { RequestValues } from "./request-values.js";
import { holds } from "./rule.js";

/** The providers that sign their requests, by name, and any other HMAC at the end. */
export const SIGNERS = [
  ...PROVIDERS.filter(({ signatures }) => signatures).sort((one, other) =>
    one.name.localeCompare(other.name, "en"),
  ),
  GENERIC,
];

/**
 * Return the provider whose signature a request has or may have.
 * @param {CapturedRequest} request
 */
export function signerOf(request) {
  const provider = recognise(request)?.provider;
  if (provider && signaturesFor(provider, new RequestValues(request)).length > 0) return provider;
  return likelyHeader(request) ? GENERIC : undefined;
}

/** Whether the check needs WebCrypto. @param {Signature} signature */
export function needsHash({ kind }) {
  return kind !== "token" && kind !== "basic";
}

/**
 * Return the signature that a request has or should have. If it has several, the secret decides.
 * @param {Provider} provider
 * @param {RequestValues} values
 * @param {Record<string, string>} entered
 * @returns {Signature | undefined}
 */
export function signatureFor(provider, values, entered) {
  if (isGeneric(provider)) return genericSignature(entered, values);
  const signatures = signaturesFor(provider, values);
  const { secret: text = "" } = entered;
  const isPresent = (/** @type {Signature} */ { at }) => !!values.text(at);
  const own = signatures.filter(({ secret }) => secret.only && text.startsWith(secret.only));
  if (own.length > 0) return own.find(isPresent) ?? own[0];
  const present = signatures.filter(isPresent);
  return present.find(({ secret }) => !secret.only) ?? present[0] ?? signatures[0];
}

/**
 * Return the signatures that a request may have.
 * @param {Provider} provider
 * @param {RequestValues} values
 */
export function signaturesFor(provider, values) {
  return signaturesOf(provider).filter(({ when }) => !when || holds(when, values));
}

/**
 * Return the signatures that a request may get. Before it is signed, conditions on the value of the signature
 * itself can't hold.
 * @param {Provider} provider
 * @param {RequestValues} values
 */
export function signaturesToMake(provider, values) {
  const found = signaturesFor(provider, values);
  if (found.length > 0) return found;
  return signaturesOf(provider).filter(({ at, when }) => when && holds(without(when, at), values));
}

/**
 * Return a rule without its condition on a header.
 * @param {import("./registry.js").Rule} rule
 * @param {string} location
 */
function without(rule, location) {
  const isOther = (/** @type {[string, string]} */ [name]) =>
    `header:${name}`.toLowerCase() !== location.toLowerCase();
  return {
    ...rule,
    headers: Object.fromEntries(Object.entries(rule.headers ?? {}).filter(isOther)),
  };
}

/**
 * Return the entered options, with the initial values of those that are empty.
 * @param {Signature} signature
 * @param {RequestValues} values
 * @param {Record<string, string>} entered
 */
export function optionsOf({ options = [] }, values, entered) {
  const empty = options.filter(({ name, initial }) => initial && !entered[name]);
  const initials = empty.map(({ name, initial = "" }) => [name, values.filled(initial) ?? ""]);
  return { ...entered, ...Object.fromEntries(initials) };
}

/**
 * Return the fields of the form.
 * @param {Provider} provider
 * @param {import("./request-values.js").ReadableRequest} request
 * @param {Record<string, string>} entered
 * @returns {SignatureField[]}
 */
export function fieldsOf(provider, request, entered) {
  const values = new RequestValues(request);
  if (isGeneric(provider)) return genericFields(values);
  const signature =
    signatureFor(provider, values, entered) ?? signaturesToMake(provider, values)[0];
  if (!signature) return [];
  const { secret, options = [] } = signature;
  const kind = secret.key === "public-key" || secret.key === "jwk" ? "text" : "secret";
  return [
    { name: "secret", label: secret.label, kind, hint: secret.hint },
    ...options.map(({ name, label, hint, initial }) => ({
      ...{ name, label, hint, kind: /** @type {const} */ ("text") },
      initial: initial && values.filled(initial),
    })),
  ];
}

/**
 * Return the entered values, with the initial values of the fields that are not entered.
 * @param {SignatureField[]} fields
 * @param {Record<string, string>} entered
 * @returns {Record<string, string>}
 */
export function valuesOf(fields, entered) {
  return Object.fromEntries(
    fields.map(({ name, initial = "" }) => [name, entered[name] ?? initial]),
  );
}

/**
 * Return the first required field that is empty.
 * @param {SignatureField[]} fields
 * @param {Record<string, string>} values
 */
export function emptyField(fields, values) {
  return fields.find(({ name, optional }) => !optional && !values[name]);
}
