/** A captured request as an HTTPie command, with a word on what HTTPie can't do. Does not use the DOM. */

import { textOf } from "../body/charset.js";
import { bytesOfLine } from "../wire/captured.js";
import { bodyNotes, hasBody, outgoingHeaders } from "./outgoing.js";
import { bodyInto, command, headerWords, quoted } from "./shell.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** What is not legal in a URL, and escapes that are broken, in small letters, or of plain letters. */
const REWRITTEN = /[^\w.~:/?&=+,;@%-]|%(?![\dA-F]{2})|%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function httpie(request, url) {
  // Any other word in its place is taken for the URL: a stranger could choose where this goes.
  if (!/^[a-zA-Z]+$/.test(request.method)) return "# HTTPie takes only methods made of letters.";
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
  const invented = ["User-Agent", "Accept", "Accept-Encoding"];
  if (hasBody(request)) invented.push("Content-Type");
  const words = headerWords({ ...request, headers: request.headers.filter(canSend) }, invented);
  return words.some((word) => /^\W*-/.test(word)) ? ["--", ...words] : words;
}

/**
 * It writes values as UTF-8, and takes a backslash before some characters for an escape.
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
    notes.push("HTTPie cannot send some of the header lines byte by byte: they are left out.");
  }
  if (/[a-z]/.test(request.method)) notes.push("HTTPie sends the method in capital letters.");
  if (REWRITTEN.test(url)) notes.push("HTTPie may write this URL in another way.");
  return notes;
}
