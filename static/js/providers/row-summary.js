/**
 * Summarise a request for a row of the page, so that rows differ. Where `summarise` finds no
 * event, this says what the body contains. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../state/recogniser.js").Summary} Summary
 */

import { parametersOf } from "../body/header-parameters.js";
import { headerOf, mediaType, queryParameters, textOfLine } from "../wire/captured.js";
import { FORM_TYPE } from "./form-pairs.js";
import { summarise } from "./summary.js";

/** Characters of a body that are read: a multiple of four, for base64. */
const MAX_READ = 4096;
const MAX_PAIRS = 8;
const MAX_CHARACTERS = 80;

/** @type {WeakMap<CapturedRequest, Summary>} */
const cache = new WeakMap();

/**
 * @param {CapturedRequest} request
 * @returns {Summary}
 */
export function summariseRow(request) {
  const known = cache.get(request);
  if (known) return known;
  const found = summarise(request);
  const summary = found.event ? found : { ...found, text: shortened(gist(request)) };
  cache.set(request, summary);
  return summary;
}

/** @param {CapturedRequest} request */
function gist(request) {
  const { encoding, content } = request.body;
  const type = mediaType(request);
  if (content === "") return textOfLine(headerOf(request, "user-agent"));
  if (type.startsWith("multipart/")) return partsText(startOf(request));
  if (encoding !== "utf-8") return bytesText(request, type);
  const start = content.slice(0, MAX_READ);
  if (type === FORM_TYPE) return pairsText(queryParameters(start, MAX_PAIRS));
  return withoutProlog(start);
}

/**
 * "ada.png", or "image/png, gzip".
 * @param {CapturedRequest} request
 * @param {string} type
 */
function bytesText(request, type) {
  const file = parametersOf(headerOf(request, "content-disposition")).get("filename");
  const coding = headerOf(request, "content-encoding");
  return file || [type, coding].filter(Boolean).join(", ");
}

/**
 * "title: Hello, photo: ada.png".
 * @param {string} text  the start of a multipart body
 */
function partsText(text) {
  const lines = text.split(/\r?\n/);
  /** @type {[string, string][]} */
  const pairs = [];
  for (let at = 0; at < lines.length && pairs.length < MAX_PAIRS; at++) {
    if (!/^content-disposition:/i.test(lines[at])) continue;
    const parameters = parametersOf(lines[at]);
    const value = parameters.get("filename") ?? lines[lines.indexOf("", at) + 1] ?? "";
    pairs.push([parameters.get("name") ?? "", value]);
  }
  return pairsText(pairs);
}

/** @param {[string, string][]} pairs */
function pairsText(pairs) {
  return pairs.map(([name, value]) => (name ? `${name}: ${value}` : value)).join(", ");
}

/**
 * Return the text of a document from its first element on: its declaration and comments are often the
 * same. Other text is unchanged.
 * @param {string} text
 */
function withoutProlog(text) {
  let rest = text.trimStart();
  for (const [start, end] of [
    ["<?", "?>"],
    ["<!--", "-->"],
    ["<!", ">"],
  ]) {
    while (rest.startsWith(start) && rest.includes(end)) {
      rest = rest.slice(rest.indexOf(end) + end.length).trimStart();
    }
  }
  return rest;
}

/**
 * Return the start of a body; bytes are read as Latin-1.
 * @param {CapturedRequest} request
 */
function startOf({ body: { encoding, content } }) {
  const start = content.slice(0, MAX_READ);
  return encoding === "utf-8" ? start : textOfLine(atob(start));
}

/** @param {string} text */
function shortened(text) {
  const line = text.replace(/[ \t\r\n]+/g, " ").trim();
  return [...line.slice(0, 2 * MAX_CHARACTERS)].slice(0, MAX_CHARACTERS).join("");
}
