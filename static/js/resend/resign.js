/**
 * Sign an edited request again, as its provider does. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../providers/registry.js").Provider} Provider
 */

import { recognise } from "../providers/recognise.js";
import { RequestValues } from "../providers/request-values.js";
import { canSign, outgoingValues, sign } from "../providers/sign.js";
import { fieldsOf, needsHash, signatureFor, valuesOf } from "../providers/signature-choice.js";

/**
 * Return the provider that signed a request with a secret that the page can use, or undefined.
 * @param {CapturedRequest} request
 */
export function signerToRepeat(request) {
  const provider = recognise(request)?.provider;
  if (!provider || (request.body.size > 0 && request.body.encoding !== "utf-8")) return;
  const signature = signatureFor(provider, new RequestValues(request), {});
  if (!signature || !needsHash(signature)) return; // a token does not depend on the body
  const { method, headers, body } = request;
  const outgoing = { method, headers, body: body.content, url: "http://localhost/" };
  return canSign(provider, outgoing) ? provider : undefined;
}

/**
 * Return the request with a new signature, and with the time of now if the provider signs a timestamp.
 * @param {CapturedRequest} request  the edited one
 * @param {URL} url
 * @param {Provider} provider
 * @param {Readonly<Record<string, string>>} entered  the secret and the options
 * @param {number} [now]  milliseconds since 1970
 * @returns {Promise<CapturedRequest>}
 * @throws {import("../providers/signature-text.js").Unsignable}
 */
export async function signedAgain(request, url, provider, entered, now = Date.now()) {
  const { method, headers, body } = request;
  const outgoing = { method, headers, body: body.content, url: url.href };
  const values = outgoingValues(outgoing);
  const at = signatureFor(provider, values, entered)?.timestamp?.at ?? "";
  const rest = headers.filter(([name]) => `header:${name}`.toLowerCase() !== at.toLowerCase());
  const fields = valuesOf(fieldsOf(provider, values.request, entered), entered);
  const signed = await sign({ ...outgoing, headers: rest }, provider, fields, now);
  const size = new TextEncoder().encode(signed.body).length;
  return {
    ...request,
    headers: signed.headers,
    body: { size, encoding: "utf-8", content: signed.body, complete: true },
  };
}
