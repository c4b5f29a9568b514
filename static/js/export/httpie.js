/** Export a captured request as an HTTPie command, with notes on its limits. Does not use the DOM. */

import { textOf } from "../body/charset.js";
import { bytesOfLine } from "../wire/captured.js";
import { bodyNotes, hasBody, outgoingHeaders } from "./outgoing.js";
import { bodyInto, command, headerWords, quoted } from "./shell.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Characters that are not allowed in a URL, and escapes that are invalid, lower-case or not needed. */
const REWRITTEN = /[^\w.~:/?&=+,;@%-]|%(?![\dA-F]{2})|%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function httpie(request, url) {
  // HTTPie reads any other word as the URL, so a sender could choose the target.
  if (!/^[a-zA-Z]+$/.test(request.method))
    return "# HTTPie accepts only methods that consist of letters.";
  const { pipe, options } = bodyOptions(request);
  const first = ["http", ...options, "--path-as-is", request.method, quoted(url)].join(" ");
  return command(notes(request, url), pipe, [first, ...headerItems(request)]);
}

/** @param {CapturedRequest} request */
function bodyOptions(request) {
  if (!hasBody(request)) return { options: ["--ignore-stdin"] };
  const { pipe, word } = bodyInto(request.body);
  return { pipe, options: pipe ? [] : ["--ignore-stdin", `--raw=${word}`] };
}

/** @param {CapturedRequest} request */
function headerItems(request) {
  const defaults = ["User-Agent", "Accept", "Accept-Encoding"];
  if (hasBody(request)) defaults.push("Content-Type");
  const words = headerWords({ ...request, headers: request.headers.filter(canSend) }, defaults);
  return words.some((word) => /^\W*-/.test(word)) ? ["--", ...words] : words;
}

/**
 * Check whether HTTPie can send a line: it writes values as UTF-8, and treats a backslash before some
 * characters as an escape.
 * @param {import("../wire/contract.js").HeaderLine} line
 */
function canSend([, value]) {
  return textOf(bytesOfLine(value)) !== null && !/\\[:;=@]/.test(value);
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function notes(request, url) {
  const notes = bodyNotes(request);
  if (!outgoingHeaders(request).every(canSend)) {
    notes.push("HTTPie cannot send the exact bytes of some header lines. They are left out.");
  }
  if (/[a-z]/.test(request.method)) notes.push("HTTPie sends the method in upper case.");
  if (REWRITTEN.test(url)) notes.push("HTTPie may rewrite this URL.");
  return notes;
}
