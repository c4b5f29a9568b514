/** The parts of a captured request that every export sends. Does not use the DOM. */

import { inAscii, trimOws } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Header lines for one connection and its framing: each client sets its own (RFC 9110, section 7.6.1). */
const SET_BY_CLIENT = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Return the URL of a request at the page's origin, with its raw path and query. Bytes that are not
 * allowed in a URL are escaped, so that every tool sends the same bytes.
 * @param {CapturedRequest} request
 * @param {string} origin
 */
export function target({ path, query_string }, origin) {
  return origin + inAscii(path + (query_string && `?${query_string}`));
}

/**
 * Split a URL without normalising it. `path` is everything after the authority.
 * @param {string} url
 */
export function partsOf(url) {
  const [start, scheme, authority] = url.match(/^(\w+):\/\/([^/?#]*)/) ?? ["", "", ""];
  return { scheme, authority, path: url.slice(start.length) };
}

/**
 * Return the header lines to send, in their order and case, with duplicates.
 * @param {CapturedRequest} request
 */
export function outgoingHeaders({ headers }) {
  const named = new Set(headers.flatMap(namedByConnection));
  return headers.filter(([written]) => {
    const name = written.toLowerCase();
    return !SET_BY_CLIENT.has(name) && !named.has(name);
  });
}

/**
 * Return the lower-case names that a `Connection` line lists.
 * @param {import("../wire/contract.js").HeaderLine} line
 */
function namedByConnection([name, value]) {
  if (name.toLowerCase() !== "connection") return [];
  return value.split(",").map((each) => trimOws(each).toLowerCase());
}

/**
 * Check whether a request has a header line, even an empty one.
 * @param {CapturedRequest} request
 * @param {string} name  in lower case
 */
export function hasHeader({ headers }, name) {
  return headers.some(([each]) => each.toLowerCase() === name);
}

/**
 * Check whether there is a body to send. An empty body counts if the request has a Content-Length.
 * @param {CapturedRequest} request
 */
export function hasBody(request) {
  const { complete, size } = request.body;
  const hasLength = request.method !== "HEAD" && hasHeader(request, "content-length");
  return complete && (size > 0 || hasLength);
}

/**
 * Return notes on the parts that are not sent. Only letters, digits and simple punctuation: not every
 * shell ignores comments.
 * @param {CapturedRequest} request
 */
export function bodyNotes({ body, trailers }) {
  const notes = [];
  if (!body.complete) {
    notes.push(
      `The body of ${body.size} bytes was larger than the limit of the server and is not sent.`,
    );
  }
  if (trailers) notes.push("The trailers of the request are not sent.");
  return notes;
}

/**
 * Return a note if two header lines have the same name and the client joins them, or "".
 * @param {CapturedRequest} request
 * @param {string} client
 */
export function joinedNote(request, client) {
  const names = outgoingHeaders(request).map(([name]) => name.toLowerCase());
  if (new Set(names).size === names.length) return "";
  return `${client} joins header lines with the same name.`;
}
