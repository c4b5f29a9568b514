/**
 * The door from the list to the provider registry. The embedded log has no registry. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Recognition
 * @property {{id: string, name: string}} provider
 * @property {string} event     or ""
 * @property {string} delivery  id of the delivery, or of the event, or ""
 * @property {number | null} attempt  1 for the first attempt; null if unknown
 *
 * @typedef {object} Summary  each text is at most 80 characters, or ""
 * @property {string} provider  name of the provider, or of a protocol such as SOAP
 * @property {string} event     event, operation, or type in the body
 * @property {string} text      if there is no event: the start of the body, or what it contains
 *
 * @typedef {object} Recogniser
 * @property {(request: CapturedRequest) => Recognition | null} recognise
 * @property {(request: CapturedRequest) => Summary} summarise
 */

/** Recognises nothing. @type {Recogniser} */
export const NO_RECOGNISER = {
  recognise: () => null,
  summarise: () => ({ provider: "", event: "", text: "" }),
};
