/**
 * The body of a captured request as it is looked at: its content codings undone, its text read by its
 * charset. Each is read once, for as long as it is among the last ones. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./body.js").Body} Body
 *
 * @typedef {object} Opened
 * @property {Body} body       the one to show
 * @property {string[]} codings  those that it was sent in; none: `body` is the body as sent
 * @property {boolean} undone  whether `body` is what came out of them
 * @property {string} problem  why that is not all, or ""
 */

import { headerOf } from "../wire/captured.js";
import { bodyOf, bytesOf, readBody } from "./body.js";
import { codingsOf, undo } from "./content-coding.js";

/** What is kept of bodies that were read, in bytes: the same list is searched at each keystroke. */
const MAX_KEPT = 64 * 2 ** 20;

/** @type {Map<CapturedRequest, Opened>} the last used last */
const kept = new Map();
let size = 0;

/** @type {WeakMap<CapturedRequest, Promise<Opened>>} */
const underWay = new WeakMap();

/**
 * @param {CapturedRequest} request
 * @returns {Promise<Opened>}
 */
export function open(request) {
  const known = opened(request);
  if (known) return Promise.resolve(known);
  const work = underWay.get(request) ?? undone(request).finally(() => underWay.delete(request));
  underWay.set(request, work);
  return work;
}

/**
 * The same at once, or null where content codings are to be undone first.
 * @param {CapturedRequest} request
 * @returns {Opened | null}
 */
export function opened(request) {
  const known = kept.get(request);
  if (known) return keep(request, known);
  const { body } = request;
  if (codingsOf(request).length > 0) return null;
  const read = readBody(body, headerOf(request, "content-type"));
  const found = { body: read, codings: [], undone: false, problem: "" };
  return read === body ? found : keep(request, found);
}

/** @param {CapturedRequest} request */
async function undone(request) {
  const codings = codingsOf(request);
  const type = headerOf(request, "content-type");
  const { bytes, problem } = await undo(bytesOf(request.body), codings);
  const succeeded = bytes.length > 0 || problem === "";
  const body = succeeded ? bodyOf(bytes, type) : readBody(request.body, type);
  return keep(request, { body, codings, undone: succeeded, problem });
}

/**
 * @param {CapturedRequest} request
 * @param {Opened} opened
 */
function keep(request, opened) {
  if (kept.delete(request)) size -= opened.body.size;
  kept.set(request, opened);
  size += opened.body.size;
  for (const [oldest, { body }] of kept) {
    if (size <= MAX_KEPT || oldest === request) break;
    kept.delete(oldest);
    size -= body.size;
  }
  return opened;
}
