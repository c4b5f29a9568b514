/**
 * Summarise a request in a few words, for a row of the list. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../state/recogniser.js").Summary} Summary
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 */

import { findHandshake } from "./handshake.js";
import { jsonText } from "./json-pointer.js";
import { protocolOf } from "./protocols.js";
import { recognise } from "./recognise.js";
import { isShort, valuesIn } from "./request-values.js";

const MAX_CHARACTERS = 80;
const TYPES = ["/type", "/event", "/action"];

/** @type {WeakMap<CapturedRequest, Summary>} */
const cache = new WeakMap();

/**
 * @param {CapturedRequest} request
 * @returns {Summary}
 */
export function summarise(request) {
  const known = cache.get(request);
  if (known) return known;
  const summary = summaryOf(request);
  cache.set(request, summary);
  return summary;
}

/**
 * @param {CapturedRequest} request
 * @returns {Summary}
 */
function summaryOf(request) {
  const found = recognise(request);
  if (found) {
    const event = shortened(found.event) || handshakeEvent(request);
    return { provider: found.provider.name, event, text: "" };
  }
  const values = valuesIn(request);
  const protocol = protocolOf(values);
  if (protocol) return { provider: protocol.name, event: shortened(protocol.operation), text: "" };
  const event = shortened(typeIn(values)) || handshakeEvent(request);
  return { provider: "", event, text: event ? "" : beginningOf(request.body) };
}

/** @param {CapturedRequest} request */
function handshakeEvent(request) {
  return findHandshake(request) ? "handshake" : "";
}

/** @param {RequestValues} values */
function typeIn(values) {
  const texts = TYPES.map((pointer) => jsonText(values.json(pointer)));
  return texts.find((text) => text && isShort(text)) ?? "";
}

/** @param {import("../wire/captured.js").Body} body */
function beginningOf({ encoding, content }) {
  if (encoding !== "utf-8") return "";
  return shortened(
    content
      .slice(0, 8 * MAX_CHARACTERS)
      .replace(/[ \t\r\n]+/g, " ")
      .trim(),
  );
}

/** @param {string} text */
function shortened(text) {
  return [...text.slice(0, 2 * MAX_CHARACTERS)].slice(0, MAX_CHARACTERS).join("");
}
