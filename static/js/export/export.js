/** Export captured requests as one file, in small steps. Does not use the DOM. */

import { turn } from "../browser/turn.js";
import { HAR_FOOT, HAR_HEAD, harEntry } from "./har.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./har.js").ExportedResponse} ExportedResponse
 *
 * @typedef {"json" | "har"} ExportKind
 */

/** Maximum time of one step, so that the page stays responsive. */
const STEP_MS = 10;

/**
 * Yield the text of the file, oldest request first.
 * @param {ExportKind} kind
 * @param {readonly CapturedRequest[]} requests
 * @param {object} context
 * @param {string} context.origin
 * @param {{get: (request: CapturedRequest) => ExportedResponse | undefined}} [context.responses]  the known responses
 * @param {ReadonlyMap<string, string>} [context.notes]  the user's notes, by the id of the request
 */
export function exported(kind, requests, { origin, responses, notes }) {
  const ordered = [...requests].sort(byTime);
  /** @param {CapturedRequest} each */
  const known = (each) => /** @type {const} */ ([responses?.get(each), notes?.get(each.id)]);
  if (kind === "json") return list("[", ordered, (each) => annotated(each, ...known(each)), "]");
  return list(HAR_HEAD, ordered, (each) => harEntry(each, origin, ...known(each)), HAR_FOOT);
}

/**
 * Add the response and the note to a request, if there are any.
 * @param {CapturedRequest} request
 * @param {ExportedResponse | undefined} responded
 * @param {string | undefined} note
 */
function annotated(request, responded, note) {
  return { ...request, ...(responded && { responded }), ...(note && { note }) };
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
 * Yield JSON with one item per line.
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
 * Join pieces into a file, and let the page work in between.
 * @param {Iterable<string>} pieces
 */
export async function blobOf(pieces) {
  const parts = [];
  let batch = [];
  let started = performance.now();
  for (const piece of pieces) {
    batch.push(piece);
    if (performance.now() - started < STEP_MS) continue;
    parts.push(new Blob(batch));
    batch = [];
    await turn();
    started = performance.now();
  }
  return new Blob([...parts, ...batch], { type: "application/json" });
}
