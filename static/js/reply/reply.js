/**
 * The reply of a callback: as a value, as text, and as a draft in a form. Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").Reply} Reply
 * @typedef {import("../wire/contract.js").ReplyBody} ReplyBody
 *
 * @typedef {object} Draft  a reply in a form; the server validates it
 * @property {string} status
 * @property {string} headers  one "Name: value" per line
 * @property {ReplyBody} body
 * @property {string} delay
 * @property {string} times    empty: for all requests
 * @property {boolean} cors
 * @property {boolean} template  whether headers and body contain expressions
 * @property {import("./rules.js").RuleDraft[]} rules
 * @property {string} sequence   statuses, or a JSON list if there are other responses
 * @property {boolean} restart   whether an unchanged sequence starts again
 *
 * @typedef {keyof Draft} ReplyField
 * @typedef {{field: ReplyField | null, text: string}} Problem  field: null if the problem concerns the whole reply
 */

import { bytesOf } from "../body/body.js";
import { byteSize, requestCount } from "../text/format.js";
import { trimOws } from "../wire/captured.js";
import { DEFAULT_REPLY } from "./default-reply.js";
import { ruleDraftOf, rulesOf } from "./rules.js";
import { headersOf, headersText, jsonOf, numberOrText, ReplyProblem } from "./texts.js";

/** @type {Readonly<Draft>} */
const BLANK = draftOf(DEFAULT_REPLY);

/** Longer sequences are shortened in texts. */
const MAX_SHOWN_STATUSES = 6;

/**
 * Describe a reply: "Responds with 200, no body", "Responds with 503 to the next 3 requests, after 2 s".
 * @param {Reply} reply
 */
export function replyText(reply) {
  const { headers, body, delay, times, cors, template, rules = [] } = reply;
  const more = [
    body.content && bodyText(headers, body),
    template && "with values of the request",
    delay > 0 && `after ${delay} s`,
    rules.length > 0 && (rules.length === 1 ? "1 rule" : `${rules.length} rules`),
    !cors && "without CORS",
  ].filter(Boolean);
  if (more.length === 0 && times === null && !reply.sequence?.length) more.push("no body");
  return [`Responds with ${statusText(reply)}${timesText(times)}`, ...more].join(", ");
}

/** @param {Reply} reply */
function statusText({ status, sequence = [], used = 0 }) {
  if (sequence.length === 0) return String(status);
  const all = sequence.map((entry) => (typeof entry === "number" ? entry : (entry.status ?? 200)));
  const first = all.slice(0, -1).slice(0, MAX_SHOWN_STATUSES).map(String);
  if (first.length < all.length - 1) first.push("…");
  const text = [...first, all.length > 1 ? `then ${all.at(-1)}` : all[0]].join(", ");
  return used > 0 ? `${text} (${used} of ${all.length} sent)` : text;
}

/** @param {number | null} times */
function timesText(times) {
  if (times === null) return "";
  return times === 1 ? " to the next request" : ` to the next ${requestCount(times)}`;
}

/**
 * @param {import("../wire/contract.js").HeaderLine[]} headers
 * @param {ReplyBody} body
 */
function bodyText(headers, body) {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const size = byteSize(sizeOf(body));
  return type ? `${size} of ${trimOws(type.split(";")[0])}` : size;
}

/** @param {ReplyBody} body */
export function sizeOf(body) {
  return bytesOf({ ...body, size: 0, complete: true }).length;
}

/**
 * @param {Reply} reply
 * @returns {Draft}
 */
export function draftOf(reply) {
  const { status, headers, body, delay, times, cors } = reply;
  const { template = false, rules = [], sequence = [] } = reply;
  return {
    status: String(status),
    headers: headersText(headers),
    body,
    delay: String(delay),
    times: times === null ? "" : String(times),
    cors,
    template,
    rules: rules.map(ruleDraftOf),
    sequence: sequenceText(sequence),
    restart: false,
  };
}

/**
 * Convert a draft to the body of a PUT request. Throws a `ReplyProblem`.
 * @param {Draft} draft
 * @param {Reply} [current]  the reply that it replaces
 */
export function replyOf(draft, current = DEFAULT_REPLY) {
  const { status, headers, body, delay, times, cors, template, rules, sequence } = draft;
  const entries = sequenceOf(sequence);
  const used = draft.restart ? 0 : usedOf(draft, current);
  return {
    status: numberOrText(status),
    headers: headersOf(headers),
    body,
    delay: numberOrText(delay || "0"),
    times: times.trim() ? numberOrText(times) : null,
    cors,
    ...(template && { template }),
    ...(rules.length > 0 && { rules: rulesOf(rules) }),
    ...(entries.length > 0 && { sequence: entries }),
    ...(used > 0 && { used }),
  };
}

/**
 * Return how many entries of the draft's sequence were sent: 0 if it is not the current one.
 * @param {Draft} draft
 * @param {Reply} current
 */
export function usedOf({ sequence: text }, { sequence = [], used = 0 }) {
  return sequence.length > 0 && text.trim() === sequenceText(sequence) ? used : 0;
}

/** @param {NonNullable<Reply["sequence"]>} sequence */
function sequenceText(sequence) {
  const isPlain = sequence.every((entry) => typeof entry === "number");
  return isPlain ? sequence.join(", ") : JSON.stringify(sequence);
}

/** @param {string} text */
function sequenceOf(text) {
  if (!text.trim().startsWith("["))
    return text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(numberOrText);
  return jsonOf(text, "sequence");
}

/**
 * Return the field that an error concerns, and its message. The server's message starts with the
 * field's name, which is removed.
 * @param {Error} error
 * @returns {Problem}
 */
export function problemOf(error) {
  const { message } = error;
  const name = error instanceof ReplyProblem ? error.field : "";
  if (!Object.hasOwn(BLANK, name)) return { field: null, text: message };
  const prefix = `${name}: `;
  const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return { field: /** @type {ReplyField} */ (name), text };
}
