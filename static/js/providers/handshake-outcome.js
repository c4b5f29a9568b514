/**
 * Say what happened at a handshake. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../state/responses.js").SenderResponse} SenderResponse
 * @typedef {import("./handshake.js").FoundHandshake} FoundHandshake
 *
 * @typedef {object} HandshakeOutcome
 * @property {"done" | "refused" | "own" | "missing"} state  refused: the signature was not valid; own: the
 *   user decided the response, so only they know whether it is right
 * @property {string} text
 * @property {boolean} needsSecret  whether the user has to enter the secret
 */

import { findHandshake } from "./handshake.js";
import { recognise } from "./recognise.js";

/** Responses that the user decided. @type {Record<string, string>} */
const OWN_RESPONSES = {
  reply: "the configured response",
  responder: "the response of the responder",
};

const TOO_LATE =
  "The secret is remembered, so this page responds to the next one. If it was remembered before this one " +
  "arrived, the response came too late, or the server does not wait for handshakes.";

/**
 * Return the outcome, or null if the request is not a handshake.
 * @param {CapturedRequest} request
 * @param {SenderResponse} response
 * @param {(provider: string) => boolean} isRemembered  whether the secret of a provider, by its id, is
 * @returns {HandshakeOutcome | null}
 */
export function outcomeOf(request, response, isRemembered) {
  const found = findHandshake(request);
  if (!found) return null;
  const { provider, needsSecret } = found;
  const known = knownOutcome(found, response);
  if (known) return { ...known, needsSecret: false };
  const isSender = recognise(request)?.provider === provider;
  const start = `This is a handshake ${isSender ? "of" : "such as that of"} ${provider.name}`;
  if (Object.hasOwn(OWN_RESPONSES, response.by)) {
    const text = `${start}. It got ${OWN_RESPONSES[response.by]}.`;
    return { state: "own", text, needsSecret: false };
  }
  const text = `${start}, which did not get the response that it expects.`;
  if (!needsSecret || !isRemembered(provider.id)) return { state: "missing", text, needsSecret };
  return { state: "missing", text: `${text} ${TOO_LATE}`, needsSecret: false };
}

/**
 * Return the outcome if the response is one of the registry, as far as its source and status show.
 * @param {FoundHandshake} found
 * @param {SenderResponse} response
 * @returns {{state: "done" | "refused", text: string} | null}
 */
function knownOutcome({ handshake, needsSecret, about }, { status, by }) {
  if (by !== (needsSecret ? "responder" : "handshake")) return null;
  const { respond, invalid } = handshake;
  if (status === (respond.status ?? 200)) return { state: "done", text: about };
  return status === invalid?.status ? { state: "refused", text: invalid.about } : null;
}
