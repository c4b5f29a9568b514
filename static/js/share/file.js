/**
 * Read a HAR file, or a JSON export of this page. Does not use the DOM.
 *
 * @typedef {import("./checked.js").SenderResponse} SenderResponse
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} OpenedRequest
 * @property {CapturedRequest} request
 * @property {SenderResponse | undefined} response
 * @property {string} note  the user's, or ""
 *
 * @typedef {object} OpenedFile
 * @property {OpenedRequest[]} requests
 * @property {number} skipped  number of entries that are not HTTP requests
 */

import { turn } from "../browser/turn.js";
import { byteSize, requestCount, visible } from "../text/format.js";
import { Problem, requestOf, responseOf, textOf } from "./checked.js";
import { readEntry } from "./har-entry.js";

/**
 * The browser parses a file in one step, about 0.1 s for the maximum. A worker could do it, but its script
 * would need a source in the page's policy, and callbacks have the same origin.
 */
export const MAX_FILE_BYTES = 20_000_000;
export const MAX_FILE_REQUESTS = 10_000;

/** Maximum time of one step, so that the page stays responsive. */
const STEP_MS = 10;
const MAX_REASON = 200;
const MAX_NAME = 80;

/**
 * Return the name of a file without invisible characters, and shortened.
 * @param {string} name
 */
export function shownName(name) {
  const shown = visible(name);
  return shown.length > MAX_NAME ? `${shown.slice(0, MAX_NAME)}…` : shown;
}

/**
 * Read a file. Throws a `Problem` that names the file and the place in it.
 * @param {Blob} file
 * @param {string} name
 */
export async function readFile(file, name) {
  if (file.size > MAX_FILE_BYTES) {
    throw new Problem(`${name} is larger than the maximum of ${byteSize(MAX_FILE_BYTES)}.`);
  }
  return readExport(await file.text(), name);
}

/**
 * Read the text of a file.
 * @param {string} text
 * @param {string} name
 * @returns {Promise<OpenedFile>}
 */
export async function readExport(text, name) {
  const { items, read } = formatOf(parsed(text, name), name);
  if (items.length > MAX_FILE_REQUESTS) {
    const count = requestCount(items.length);
    throw new Problem(
      `${name} has ${count}. The maximum is ${MAX_FILE_REQUESTS.toLocaleString("en-US")}.`,
    );
  }
  const requests = await inSteps(items, (item, at) => {
    try {
      return read(item, at + 1);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(`${name}, entry ${at + 1}: ${error.message}`);
    }
  });
  const shown = withUniqueIds(requests.filter((each) => each !== null));
  if (shown.length === 0) throw new Problem(`${name} contains no HTTP requests.`);
  return { requests: shown, skipped: requests.length - shown.length };
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {unknown}
 */
function parsed(text, name) {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(`${name} is nested too deeply.`);
    const reason = visible(String(/** @type {Error} */ (error).message)).slice(0, MAX_REASON);
    throw new Problem(`${name} is neither a HAR file nor a JSON export of this page: ${reason}.`);
  }
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {{items: unknown[], read: (item: unknown, number: number) => OpenedRequest | null}}
 */
function formatOf(value, name) {
  if (Array.isArray(value)) return { items: value, read: readCaptured };
  const items = value?.log?.entries;
  if (!Array.isArray(items)) {
    throw new Problem(`${name} is neither a HAR file nor a JSON export of this page.`);
  }
  const ours = value.log.creator?.name === "Webhook Logger";
  return { items, read: (item, seq) => readEntry(item, { ours, epoch: "file", seq }) };
}

/** @param {any} item */
function readCaptured(item) {
  const response = item?.responded === undefined ? undefined : responseOf(item.responded);
  return { request: requestOf(item), response, note: textOf(item.note ?? "", "note") };
}

/**
 * Make the ids unique, because the list shows each id once.
 * @param {OpenedRequest[]} opened
 */
function withUniqueIds(opened) {
  const ids = new Set();
  return opened.map(({ request, ...rest }, at) => {
    const id = ids.has(request.id) ? `file-${at + 1}` : request.id;
    ids.add(id);
    return { request: { ...request, id }, ...rest };
  });
}

/**
 * Map items, and let the page work in between.
 * @template Result
 * @param {unknown[]} items
 * @param {(item: unknown, at: number) => Result} act
 */
async function inSteps(items, act) {
  const results = [];
  let started = performance.now();
  for (const [at, item] of items.entries()) {
    results.push(act(item, at));
    if (performance.now() - started < STEP_MS) continue;
    await turn();
    started = performance.now();
  }
  return results;
}
