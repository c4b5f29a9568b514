/**
 * Decode Content-Encoding (RFC 9110, section 8.4) with the browser, or with a decoder that is loaded
 * on demand. The decoded size is limited. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Decoded
 * @property {Uint8Array} bytes   the decoded bytes, or their beginning
 * @property {string} problem     the reason why bytes are missing, or ""
 *
 * @typedef {(bytes: Uint8Array, limit: number) => Uint8Array} Decoder
 *   throws TooLarge if the result exceeds the limit, and another error if the bytes are damaged
 */

import { trimOws } from "../wire/captured.js";

/** Thrown by decoders if the result exceeds the limit. */
export class TooLarge extends Error {
  static NAME = "TooLarge";
  /** @param {Uint8Array} [beginning] */
  constructor(beginning = new Uint8Array()) {
    super("The decompressed body is too large to show.");
    this.name = TooLarge.NAME;
    this.beginning = beginning;
  }
}

const TRUNCATED = "Only the beginning is shown: the decompressed body is too large.";

/** Maximum size of a decoded body, because a few kilobytes can decode to gigabytes. */
export const MAX_BYTES = 16 * 2 ** 20;
/** A body may decode to at most this size plus MAX_RATIO times its own size. */
const BASE_BYTES = 2 ** 20;
const MAX_RATIO = 100;

/** Maximum content codings per body. A sender can name any number. */
const MAX_CODINGS = 4;

/** Maximum input of a decoder in `decoders`, in bytes: the page can do nothing else while it runs. */
const MAX_DECODER_INPUT = 256 * 1024;

/** The formats to try with DecompressionStream, in order. Some senders of "deflate" omit the zlib header. @type {Record<string, string[]>} */
const FORMATS = {
  gzip: ["gzip"],
  "x-gzip": ["gzip"],
  deflate: ["deflate", "deflate-raw"],
  br: ["brotli"],
  zstd: ["zstd"],
};

/**
 * Decoders for codings that some browsers do not support. The page and the element add them.
 * @type {Record<string, () => Promise<Decoder>>}
 */
export const decoders = {};

/** The first bytes of gzip (1f 8b 08) and of zstd (28 b5 2f fd), in base64. */
const STARTS = { gzip: /^H4sI/, zstd: /^KLUv\/[Q-Za-f]/ };

/**
 * Return the codings of a body in the order in which they were applied. Without a header, gzip and
 * zstd are detected by their first bytes.
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
 * Return the maximum decoded size of a body, in bytes.
 * @param {number} size  of the body
 */
export function decodedLimit(size) {
  return Math.min(MAX_BYTES, BASE_BYTES + MAX_RATIO * size);
}

/**
 * @param {Uint8Array} bytes
 * @param {string[]} codings  in the order they were applied
 * @param {number} [limit]
 * @returns {Promise<Decoded>}
 */
export async function decodeContent(bytes, codings, limit = decodedLimit(bytes.length)) {
  /** @type {Decoded} */
  let decoded = { bytes, problem: "" };
  if (codings.length > MAX_CODINGS)
    return failed(`Bodies with more than ${MAX_CODINGS} content codings are not decoded.`);
  for (const coding of codings.toReversed()) {
    decoded = await decodeOne(decoded.bytes, coding, limit);
    if (decoded.problem) break;
  }
  return decoded;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} coding
 * @param {number} limit
 * @returns {Promise<Decoded>}
 */
async function decodeOne(bytes, coding, limit) {
  /** @type {Decoded | null} */
  let decoded = null;
  for (const format of Object.hasOwn(FORMATS, coding) ? FORMATS[coding] : []) {
    const stream = decompressor(format);
    if (stream) decoded = await read(bytes, stream, { coding, limit });
    if (decoded && (decoded.bytes.length > 0 || !decoded.problem)) break;
  }
  return decoded ?? decodeWithLoaded(bytes, coding, limit);
}

/**
 * @param {Uint8Array} bytes
 * @param {string} coding
 * @param {number} limit
 * @returns {Promise<Decoded>}
 */
async function decodeWithLoaded(bytes, coding, limit) {
  if (!Object.hasOwn(decoders, coding)) return failed(`This browser can’t decode “${coding}”.`);
  if (bytes.length > MAX_DECODER_INPUT)
    return failed(`The body is too large to decode “${coding}” in this browser.`);
  const decoder = await decoders[coding]().catch(() => null);
  if (!decoder) return failed(notLoaded(coding));
  try {
    return { bytes: decoder(bytes, limit), problem: "" };
  } catch (error) {
    return tooLarge(error) ?? failed(damaged(coding));
  }
}

/**
 * Convert a TooLarge error to its result, and other errors to null. Compare the name, because the
 * file of a decoder contains its own copy of the class.
 * @param {unknown} error
 * @returns {Decoded | null}
 */
function tooLarge(error) {
  const { name, message, beginning } = /** @type {TooLarge} */ (error);
  if (name !== TooLarge.NAME) return null;
  return { bytes: beginning, problem: beginning.length > 0 ? TRUNCATED : message };
}

/** @param {string} coding */
function notLoaded(coding) {
  return (
    `The decoder for “${coding}” can’t be loaded. Reload this page, or allow the decoder in its ` +
    "Content-Security-Policy (script-src)."
  );
}

/** @param {string} coding */
function damaged(coding) {
  return `The body is damaged, incomplete or not “${coding}”.`;
}

/**
 * @param {string} problem
 * @returns {Decoded}
 */
function failed(problem) {
  return { bytes: new Uint8Array(), problem };
}

/** @param {string} format */
function decompressor(format) {
  try {
    return new DecompressionStream(/** @type {CompressionFormat} */ (format));
  } catch {
    return null; // not supported by this browser
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {DecompressionStream} stream
 * @param {{coding: string, limit: number}} options
 * @returns {Promise<Decoded>}
 */
async function read(bytes, stream, { coding, limit }) {
  const reader = new Blob([/** @type {BlobPart} */ (bytes)])
    .stream()
    .pipeThrough(stream)
    .getReader();
  const parts = [];
  let problem = "";
  let remaining = limit;
  try {
    for (let next = await reader.read(); !next.done && !problem; ) {
      parts.push(next.value.subarray(0, remaining));
      if (next.value.length > remaining) problem = TRUNCATED;
      remaining -= next.value.length;
      if (!problem) next = await reader.read();
    }
  } catch {
    problem = damaged(coding);
  }
  reader.cancel().catch(() => {}); // after an error, it rejects with the same error
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
