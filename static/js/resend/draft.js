/**
 * A captured request as the user edits it before sending it again. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} DraftHeader
 * @property {string} name
 * @property {string} value  bytes read as Latin-1
 * @property {boolean} on    whether it is sent
 *
 * @typedef {object} Draft
 * @property {string} method
 * @property {string} url  as entered
 * @property {readonly DraftHeader[]} headers
 * @property {string | null} text  the body; null: the captured bytes
 */

import { withoutMark } from "../body/body.js";
import { findJsonError, jsonErrorText } from "../body/json-error.js";
import { LEFT_OUT, mediaTypeOf } from "../wire/captured.js";
import { blockedReason, differences, splitHeaders } from "./resend.js";

/** Larger bodies would make the text area slow. They are sent as captured. */
const MAX_EDITED_BYTES = 512 * 1024;

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const FIELD_VALUE = /^[\t -~\x80-\xff]*$/;

/**
 * Return the request as captured, without the headers that a page cannot set. Those that a link to a
 * request does not contain are off.
 * @param {CapturedRequest} request
 * @param {string} url
 * @returns {Draft}
 */
export function draftOf(request, url) {
  const { allowed } = splitHeaders(request);
  const headers = allowed.map(([name, value]) => ({ name, value, on: value !== LEFT_OUT }));
  return { method: request.method, url, headers, text: editableText(request) };
}

/**
 * Return the text of a body that can be edited, or null.
 * @param {CapturedRequest} request
 */
export function editableText({ body: { encoding, content, complete, size } }) {
  if (!complete) return ""; // it was not kept: the user can enter another one
  return encoding === "utf-8" && size <= MAX_EDITED_BYTES ? inLines(content) : null;
}

/** Write line ends as a text area does. @param {string} text */
function inLines(text) {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * Whether the captured body has line ends that its edited text cannot have.
 * @param {CapturedRequest} request
 */
export function hasMixedLines({ body: { encoding, content } }) {
  if (encoding !== "utf-8" || !content.includes("\r")) return false;
  return /(^|[^\r])\n|\r(?!\n)/.test(content);
}

/**
 * Return the request to send.
 * @param {Draft} draft
 * @param {CapturedRequest} request  the captured one
 * @returns {CapturedRequest}
 */
export function editedRequest({ method, headers, text }, request) {
  const lines = headers.filter(({ on }) => on).map(({ name, value }) => [name, value]);
  return {
    ...request,
    method,
    headers: /** @type {CapturedRequest["headers"]} */ (lines),
    body: editedBody(text, request),
  };
}

/**
 * @param {string | null} text
 * @param {CapturedRequest} request
 * @returns {CapturedRequest["body"]}
 */
function editedBody(text, request) {
  if (text === null || (request.body.complete && text === editableText(request)))
    return request.body;
  const hasCrlf = /\r\n/.test(request.body.content) && !hasMixedLines(request);
  const content = hasCrlf ? text.replaceAll("\n", "\r\n") : text;
  const size = new TextEncoder().encode(content).length;
  return { size, encoding: "utf-8", content, complete: true };
}

/**
 * Return why a browser cannot send the request, or "".
 * @param {CapturedRequest} request  the edited one
 */
export function draftProblem(request) {
  if (!TOKEN.test(request.method))
    return "A method has letters, digits and some symbols, but no spaces.";
  for (const [name, value] of request.headers) {
    if (!TOKEN.test(name)) {
      return name ? `“${name}” is not a valid name of a header.` : "A header needs a name.";
    }
    if (!FIELD_VALUE.test(value)) return `The value of ${name} has a control character.`;
  }
  return blockedReason(request);
}

/**
 * List the differences between the edited request and what the browser sends.
 * @param {Draft} draft
 * @param {CapturedRequest} request  the captured one
 */
export function draftDifferences(draft, request) {
  const { allowed } = splitHeaders(request);
  const omitted = request.headers.filter((line) => !allowed.includes(line));
  const edited = editedRequest(draft, request);
  return differences({ ...edited, headers: [...omitted, ...edited.headers] }, draft.url.trim());
}

/**
 * Say whether an edited body is JSON, or "" if it need not be.
 * @param {CapturedRequest} request  the edited one
 */
export function jsonHint({ headers, body }) {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const isTyped = /[/+]json$/.test(mediaTypeOf(type));
  if (body.encoding !== "utf-8" || body.size === 0) return "";
  if (!isTyped && !/^\s*[{[]/.test(body.content)) return "";
  const error = findJsonError(withoutMark(body.content));
  return error ? jsonErrorText(error) : "Valid JSON.";
}
