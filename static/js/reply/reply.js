/**
 * What a callback answers: the reply as a value, as text, and as it is written in a form.
 * No DOM in here.
 *
 * @typedef {import("../wire/contract.js").Reply} Reply
 * @typedef {import("../wire/contract.js").ReplyBody} ReplyBody
 *
 * @typedef {object} Draft  a reply as it is written: what it is worth is for the server to say
 * @property {string} status
 * @property {string} headers  one "Name: value" a line
 * @property {ReplyBody} body
 * @property {string} delay
 * @property {string} times    empty for all
 * @property {boolean} cors
 *
 * @typedef {keyof Draft} ReplyField
 * @typedef {{field: ReplyField | null, text: string}} Problem  null: with all of it
 */

import { bytesOf } from "../body/body.js";
import { byteSize, requestCount } from "../text/format.js";
import { trimOws } from "../wire/captured.js";

/** @type {Readonly<ReplyBody>} */
export const NO_BODY = { encoding: "utf-8", content: "" };

/** @type {Readonly<Reply>} */
export const DEFAULT_REPLY = {
  status: 200,
  headers: [],
  body: NO_BODY,
  delay: 0,
  times: null,
  cors: true,
};

/** @type {Readonly<Draft>} */
const BLANK = draftOf(DEFAULT_REPLY);

/**
 * "Answers 200, no body", "Answers 503 to the next 3 requests, after 2 s".
 * @param {Reply} reply
 */
export function replyText({ status, headers, body, delay, times, cors }) {
  const more = [
    body.content && bodyText(headers, body),
    delay > 0 && `after ${delay} s`,
    !cors && "without CORS",
  ].filter(Boolean);
  if (more.length === 0 && times === null) more.push("no body");
  return [`Answers ${status}${timesText(times)}`, ...more].join(", ");
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
export function draftOf({ status, headers, body, delay, times, cors }) {
  return {
    status: String(status),
    headers: headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    body,
    delay: String(delay),
    times: times === null ? "" : String(times),
    cors,
  };
}

/**
 * What to ask the server for. Throws an Error whose message names the field, as the server does.
 * @param {Draft} draft
 */
export function askedFor({ status, headers, body, delay, times, cors }) {
  return {
    status: number(status),
    headers: headersOf(headers),
    body,
    delay: number(delay || "0"),
    times: times.trim() ? number(times) : null,
    cors,
  };
}

/**
 * A number, or the text as it is: the server says what is wrong with it.
 * @param {string} text
 */
function number(text) {
  const value = text.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : text;
}

/** @param {string} text */
function headersOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 0) throw new Error(`headers: “${line.trim()}” has no colon.`);
    return [trimOws(line.slice(0, colon)), trimOws(line.slice(colon + 1))];
  });
}

/**
 * Where the problem is: the server's messages begin with the name of a field.
 * @param {string} message
 * @returns {Problem}
 */
export function problemOf(message) {
  const [, name = "", text = ""] = /^(\w+): (.*)$/s.exec(message) ?? [];
  if (!Object.hasOwn(BLANK, name)) return { field: null, text: message };
  return { field: /** @type {ReplyField} */ (name), text };
}
