/** Many captured requests as one file, made piece by piece. Does not use the DOM. */

import { turn } from "../browser/turn.js";
import { HAR_FOOT, HAR_HEAD, harEntry } from "./har.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./har.js").ExportedResponse} ExportedResponse
 *
 * @typedef {"json" | "har"} ExportKind
 */

/** So long may making pieces keep the page from anything else. */
const BUSY_MS = 10;

/**
 * The file's text, the oldest request first.
 * @param {ExportKind} kind
 * @param {readonly CapturedRequest[]} requests
 * @param {object} beside
 * @param {string} beside.origin
 * @param {{get: (request: CapturedRequest) => ExportedResponse | undefined}} [beside.responses]  what senders got, as far as it is known
 */
export function exported(kind, requests, { origin, responses }) {
  const ordered = [...requests].sort(byTime);
  if (kind === "json") {
    return list("[", ordered, (each) => withResponse(each, responses?.get(each)), "]");
  }
  return list(HAR_HEAD, ordered, (each) => harEntry(each, origin, responses?.get(each)), HAR_FOOT);
}

/**
 * The request as it came over the wire, and what its sender got.
 * @param {CapturedRequest} request
 * @param {ExportedResponse | undefined} responded
 */
function withResponse(request, responded) {
  return responded ? { ...request, responded } : request;
}

/**
 * @param {CapturedRequest} one
 * @param {CapturedRequest} other
 */
function byTime(one, other) {
  if (one.received_at === other.received_at) return one.seq - other.seq;
  return one.received_at < other.received_at ? -1 : 1;
}

/**
 * JSON with each item on a line of its own.
 * @param {string} head
 * @param {CapturedRequest[]} requests
 * @param {(request: CapturedRequest) => object} itemOf
 * @param {string} foot
 */
function* list(head, requests, itemOf, foot) {
  yield head;
  for (const [at, request] of requests.entries()) {
    yield (at === 0 ? "\n" : ",\n") + JSON.stringify(itemOf(request));
  }
  yield `\n${foot}\n`;
}

/**
 * A file of pieces, made in moments between which the page can do other things.
 * @param {Iterable<string>} pieces
 */
export async function blobOf(pieces) {
  const parts = [];
  let batch = [];
  let begun = performance.now();
  for (const piece of pieces) {
    batch.push(piece);
    if (performance.now() - begun < BUSY_MS) continue;
    parts.push(new Blob(batch));
    batch = [];
    await turn();
    begun = performance.now();
  }
  return new Blob([...parts, ...batch], { type: "application/json" });
}
