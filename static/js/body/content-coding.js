/**
 * Undoes Content-Encoding (RFC 9110, section 8.4): with what the browser has, else with a decoder
 * that is loaded for it. What a body unfolds to is bounded. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Undone
 * @property {Uint8Array} bytes   what could be had
 * @property {string} problem     why that is not all, or ""
 *
 * @typedef {(bytes: Uint8Array, most: number) => Uint8Array} Decoder
 *   throws TooLarge where there is more, another error where the bytes are damaged
 */

import { trimOws } from "../wire/captured.js";

/** Thrown by decoders: there is more than may be shown. */
export class TooLarge extends Error {
  static NAME = "TooLarge";
  /** @param {Uint8Array} [beginning] */
  constructor(beginning = new Uint8Array()) {
    super("It unfolds to more than is shown.");
    this.name = TooLarge.NAME;
    this.beginning = beginning;
  }
}

const CUT = "This is its beginning: the rest is too large to show.";

/** A few kilobytes can unfold to gigabytes: no body to more than this, */
export const MAX_BYTES = 16 * 2 ** 20;
/** and none to more than this and a hundred times its size. */
const MAX_AT_ONCE = 2 ** 20;
const MAX_RATIO = 100;

/** A body that unfolds to itself can be named as compressed any number of times. */
const MAX_CODINGS = 4;

/** What a loaded decoder gets: it works in one go, while the page stands still. */
const MAX_TO_DECODE = 256 * 1024;

/** @type {Record<string, string[]>} what DecompressionStream calls them; some senders of "deflate" leave zlib's frame out */
const FORMATS = {
  gzip: ["gzip"],
  "x-gzip": ["gzip"],
  deflate: ["deflate", "deflate-raw"],
  br: ["brotli"],
  zstd: ["zstd"],
};

/**
 * Decoders for browsers that lack them; the page and the element add them.
 * @type {Record<string, () => Promise<Decoder>>}
 */
export const decoders = {};

/** 1f 8b 08 and 28 b5 2f fd, the first bytes of gzip and of zstd, in base64. */
const STARTS = { gzip: /^H4sI/, zstd: /^KLUv\/[Q-Za-f]/ };

/**
 * The codings of a body in the order they were applied; gzip and zstd are known by their first bytes too.
 * @param {CapturedRequest} request
 * @returns {string[]}
 */
export function codingsOf({ headers, body }) {
  if (!body.complete || body.size === 0) return [];
  const named = headers
    .filter(([name]) => name.toLowerCase() === "content-encoding")
    .flatMap(([, value]) => value.toLowerCase().split(","))
    .map(trimOws)
    .filter((coding) => coding && coding !== "identity");
  if (named.length > 0) return named;
  if (body.encoding !== "base64") return [];
  return Object.entries(STARTS).flatMap(([name, start]) =>
    start.test(body.content) ? [name] : [],
  );
}

/**
 * How much a body may unfold to.
 * @param {number} size  of the body
 */
export function mostOf(size) {
  return Math.min(MAX_BYTES, MAX_AT_ONCE + MAX_RATIO * size);
}

/**
 * @param {Uint8Array} bytes
 * @param {string[]} codings  in the order they were applied
 * @param {number} [most]
 * @returns {Promise<Undone>}
 */
export async function undo(bytes, codings, most = mostOf(bytes.length)) {
  /** @type {Undone} */
  let undone = { bytes, problem: "" };
  if (codings.length > MAX_CODINGS)
    return failed(`More than ${MAX_CODINGS} content codings are not undone.`);
  for (const coding of codings.toReversed()) {
    undone = await undoOne(undone.bytes, coding, most);
    if (undone.problem) break;
  }
  return undone;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} coding
 * @param {number} most
 * @returns {Promise<Undone>}
 */
async function undoOne(bytes, coding, most) {
  /** @type {Undone | null} */
  let undone = null;
  for (const format of Object.hasOwn(FORMATS, coding) ? FORMATS[coding] : []) {
    const stream = decompressor(format);
    if (stream) undone = await read(bytes, stream, { coding, most });
    if (undone && (undone.bytes.length > 0 || !undone.problem)) break;
  }
  return undone ?? decode(bytes, coding, most);
}

/**
 * @param {Uint8Array} bytes
 * @param {string} coding
 * @param {number} most
 * @returns {Promise<Undone>}
 */
async function decode(bytes, coding, most) {
  if (!Object.hasOwn(decoders, coding)) return failed(`This browser can’t undo “${coding}”.`);
  if (bytes.length > MAX_TO_DECODE) return failed(`Too large to undo “${coding}” here.`);
  const decoder = await decoders[coding]().catch(() => null);
  if (!decoder) return failed(notLoaded(coding));
  try {
    return { bytes: decoder(bytes, most), problem: "" };
  } catch (error) {
    return tooLarge(error) ?? failed(damaged(coding));
  }
}

/**
 * A decoder is a file of its own, with a copy of the class: it is known by its name.
 * @param {unknown} error
 * @returns {Undone | null}
 */
function tooLarge(error) {
  const { name, message, beginning } = /** @type {TooLarge} */ (error);
  if (name !== TooLarge.NAME) return null;
  return { bytes: beginning, problem: beginning.length > 0 ? CUT : message };
}

/** @param {string} coding */
function notLoaded(coding) {
  return (
    `The decoder for “${coding}” can’t be loaded: reload this page, or let its ` +
    "Content-Security-Policy (script-src) allow it."
  );
}

/** @param {string} coding */
function damaged(coding) {
  return `The body is damaged, incomplete or not “${coding}”.`;
}

/**
 * @param {string} problem
 * @returns {Undone}
 */
function failed(problem) {
  return { bytes: new Uint8Array(), problem };
}

/** @param {string} format */
function decompressor(format) {
  try {
    return new DecompressionStream(/** @type {CompressionFormat} */ (format));
  } catch {
    return null; // not known to this browser
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {DecompressionStream} stream
 * @param {{coding: string, most: number}} options
 * @returns {Promise<Undone>}
 */
async function read(bytes, stream, { coding, most }) {
  const reader = new Blob([/** @type {BlobPart} */ (bytes)])
    .stream()
    .pipeThrough(stream)
    .getReader();
  const parts = [];
  let problem = "";
  let room = most;
  try {
    for (let next = await reader.read(); !next.done && !problem; ) {
      parts.push(next.value.subarray(0, room));
      if (next.value.length > room) problem = CUT;
      room -= next.value.length;
      if (!problem) next = await reader.read();
    }
  } catch {
    problem = damaged(coding);
  }
  reader.cancel().catch(() => {}); // a broken stream has told its error already
  return { bytes: joined(parts), problem };
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
