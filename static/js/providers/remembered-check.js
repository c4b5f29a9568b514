/**
 * Check the signatures of listed requests with remembered secrets. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

import { findHandshake } from "./handshake.js";
import { recognise } from "./recognise.js";
import { check } from "./signature.js";
import { emptyField, fieldsOf, valuesOf } from "./signature-choice.js";

/**
 * Check the signature of a request of a recognised provider with remembered values. Return undefined if
 * that is not possible, or if the request is a handshake that is not signed, as most are.
 * @param {CapturedRequest} request
 * @param {Readonly<Record<string, string>>} entered
 * @returns {Promise<Verdict | undefined>}
 */
export async function checkRemembered(request, entered) {
  const provider = recognise(request)?.provider;
  const fields = provider ? fieldsOf(provider, request, entered) : [];
  const values = valuesOf(fields, entered);
  if (!provider || fields.length === 0 || emptyField(fields, values)) return undefined;
  const verdict = await check(request, provider, values);
  const isUndecided = !verdict.ok && verdict.reason === "unsupported";
  return isUndecided || isUnsignedHandshake(request, verdict) ? undefined : verdict;
}

/**
 * Whether a request without a signature is a handshake. Most providers do not sign those.
 * @param {CapturedRequest} request
 * @param {Verdict} verdict
 */
export function isUnsignedHandshake(request, verdict) {
  return !verdict.ok && verdict.reason === "missing" && findHandshake(request) !== null;
}
