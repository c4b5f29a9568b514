/**
 * Send a sample of a provider from this browser, as far as browsers allow it. Does not use the DOM.
 *
 * @typedef {import("../providers/sign.js").OutgoingRequest} OutgoingRequest
 * @typedef {import("../providers/registry.js").Provider} Provider
 */

import { recognitionOf } from "../providers/recognise.js";
import { canSign, outgoingValues } from "../providers/sign.js";
import { signaturesToMake } from "../providers/signature-choice.js";
import { methodSupport, splitHeaders } from "./resend.js";

const TIMEOUT_MS = 30_000;

/**
 * Send a request. Redirects are not followed.
 * @param {OutgoingRequest} request
 * @throws {Error} with a message for people
 */
export async function sendSample(request) {
  const { method, url, body } = request;
  /** @type {RequestInit} */
  const options = {
    method,
    headers: splitHeaders(request).allowed,
    body: body && methodSupport(method).hasBody ? body : undefined,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  await fetch(url, options).catch(() => {
    throw new Error("The request could not be sent: this page can’t reach the callback.");
  });
}

/**
 * Return notes on the differences between a sample and the request that the browser sends.
 * @param {OutgoingRequest} request
 * @param {Provider} provider
 */
export function sampleNotes(request, provider) {
  const { allowed, omitted } = splitHeaders(request);
  const headers = allowed.filter(([name]) => name.toLowerCase() !== "user-agent");
  const replaced = headers.length < allowed.length ? ["User-Agent"] : [];
  const names = [...omitted, ...replaced].join(", ");
  return [
    names && `Browsers set these headers themselves: ${names}.`,
    signatureNote(request, provider),
    recognitionNote({ ...request, headers }, provider),
  ].filter(Boolean);
}

/**
 * Return a note on a signature that needs a private key, or "".
 * @param {OutgoingRequest} request
 * @param {Provider} provider
 */
function signatureNote(request, provider) {
  const isSigned = signaturesToMake(provider, outgoingValues(request)).length > 0;
  if (!isSigned || canSign(provider, request)) return "";
  return `${provider.name} signs with a private key, so this page sends the sample unsigned.`;
}

/**
 * Return a note on a request that is not recognised, or "".
 * @param {OutgoingRequest} sent
 * @param {Provider} provider
 */
function recognitionNote(sent, provider) {
  if (recognitionOf(outgoingValues(sent))?.provider === provider) return "";
  if (canSign(provider, sent)) {
    return `Enter a secret, so that the request is recognised as ${provider.name}.`;
  }
  return `The request may not be recognised as ${provider.name}.`;
}
