/**
 * Open the body of a captured request: decode its content codings and its charset. Recently opened
 * bodies are cached. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./body.js").Body} Body
 *
 * @typedef {object} Opened
 * @property {Body} body         the body to show
 * @property {string[]} codings  its content codings
 * @property {boolean} decoded   whether content codings were decoded, at least for the beginning
 * @property {string} problem    the reason why content is missing, or ""
 */

import { headerOf } from "../wire/captured.js";
import { bodyOf, bytesOf, readBody } from "./body.js";
import { codingsOf, decodeContent } from "./content-coding.js";

/** Maximum size of all cached bodies. A search reads them again at each keystroke. */
const MAX_CACHE_BYTES = 64 * 2 ** 20;

/** Least recently used first. @type {Map<CapturedRequest, Opened>} */
const cache = new Map();
let size = 0;

/** @type {WeakMap<CapturedRequest, Promise<Opened>>} */
const pending = new WeakMap();

/**
 * Return the opened body, from the cache or when it is decoded.
 * @param {CapturedRequest} request
 * @returns {Promise<Opened>}
 */
export function open(request) {
  const known = opened(request);
  if (known) return Promise.resolve(known);
  const work = pending.get(request) ?? decode(request).finally(() => pending.delete(request));
  pending.set(request, work);
  return work;
}

/**
 * Return an opened body without waiting, or null if its content codings must be decoded first.
 * @param {CapturedRequest} request
 * @returns {Opened | null}
 */
export function opened(request) {
  const known = cache.get(request);
  if (known) return addToCache(request, known);
  const { body } = request;
  if (codingsOf(request).length > 0) return null;
  const read = readBody(body, headerOf(request, "content-type"));
  const found = { body: read, codings: [], decoded: false, problem: "" };
  return read === body ? found : addToCache(request, found);
}

/** @param {CapturedRequest} request */
async function decode(request) {
  const codings = codingsOf(request);
  const type = headerOf(request, "content-type");
  const { bytes, problem } = await decodeContent(bytesOf(request.body), codings);
  const succeeded = bytes.length > 0 || problem === "";
  const body = succeeded ? bodyOf(bytes, type) : readBody(request.body, type);
  return addToCache(request, { body, codings, decoded: succeeded, problem });
}

/**
 * Add a body to the cache as the most recently used one. Remove old ones that exceed the limit.
 * @param {CapturedRequest} request
 * @param {Opened} opened
 */
function addToCache(request, opened) {
  if (cache.delete(request)) size -= opened.body.size;
  cache.set(request, opened);
  size += opened.body.size;
  for (const [oldest, { body }] of cache) {
    if (size <= MAX_CACHE_BYTES || oldest === request) break;
    cache.delete(oldest);
    size -= body.size;
  }
  return opened;
}
