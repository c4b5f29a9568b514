/** What of a captured request is sent again, by whatever tool. Does not use the DOM. */

import { inAscii, trimOws } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Header lines of one connection and of its framing: each client makes its own. */
const OF_THE_CLIENT = new Set([
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
 * The URL that it was sent to, path and query raw, as the page's own origin serves it. Bytes that no
 * URL may have are escaped: then every tool sends the same ones.
 * @param {CapturedRequest} request
 * @param {string} origin
 */
export function target({ path, query_string }, origin) {
  return origin + inAscii(path + (query_string && `?${query_string}`));
}

/**
 * A URL in its parts, none of them decoded or put right: `path` is all behind the authority.
 * @param {string} url
 */
export function partsOf(url) {
  const [start, scheme, authority] = url.match(/^(\w+):\/\/([^/?#]*)/) ?? ["", "", ""];
  return { scheme, authority, path: url.slice(start.length) };
}

/**
 * The header lines to send: in their order, case and number.
 * @param {CapturedRequest} request
 */
export function outgoingHeaders({ headers }) {
  const named = new Set(headers.flatMap(namedByConnection));
  return headers.filter(([written]) => {
    const name = written.toLowerCase();
    return !OF_THE_CLIENT.has(name) && !named.has(name);
  });
}

/**
 * The names in lower case that a `Connection` line says are of one connection.
 * @param {import("../wire/contract.js").HeaderLine} line
 */
function namedByConnection([name, value]) {
  if (name.toLowerCase() !== "connection") return [];
  return value.split(",").map((each) => trimOws(each).toLowerCase());
}

/**
 * Whether there was such a header line, be it an empty one.
 * @param {CapturedRequest} request
 * @param {string} name  in lower case
 */
export function sends({ headers }, name) {
  return headers.some(([each]) => each.toLowerCase() === name);
}

/**
 * Whether there is a body to send: one of no bytes too, where its length was told.
 * @param {CapturedRequest} request
 */
export function hasBody(request) {
  const { complete, size } = request.body;
  const told = request.method !== "HEAD" && sends(request, "content-length");
  return complete && (size > 0 || told);
}

/**
 * What is not sent, and why. In plain words: not every shell skips comments.
 * @param {CapturedRequest} request
 */
export function bodyNotes({ body, trailers }) {
  const notes = [];
  if (!body.complete) {
    notes.push(`The body of ${body.size} bytes was over the limit of the server and is not sent.`);
  }
  if (trailers) notes.push("The trailers of the request are not sent.");
  return notes;
}
