/**
 * Parse the parts of a multipart body (RFC 2046, RFC 7578) and decode their transfer encodings, in one
 * pass over the lines. Does not use the DOM.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} fileName
 * @property {string} type         media type, in lower case
 * @property {string} contentType  the whole header value
 * @property {string} charset      as declared for this part, or ""
 * @property {Uint8Array} bytes    decoded
 * @property {string} problem      the reason why they are not decoded, or ""
 * @property {MultipartParts | null} inner  the parts of a part that is itself multipart
 *
 * @typedef {object} MultipartParts
 * @property {Part[]} parts   the parts that could be read
 * @property {string} problem the reason why parts are missing, or ""
 *
 * @typedef {{start: number, end: number, last: boolean}} Delimiter  the range of its line
 */

import { mediaTypeOf, trimOws } from "../wire/captured.js";
import { parametersOf } from "./header-parameters.js";
import { decodeTransferEncoding } from "./transfer-encoding.js";

const MAX_PARTS = 1000;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_DEPTH = 4;

/** RFC 2046, section 5.1.1. */
const MAX_BOUNDARY = 70;

const [LF, CR, DASH] = [0x0a, 0x0d, 0x2d];

const PROBLEMS = {
  boundary: "The content type names no boundary.",
  long: `The boundary is longer than ${MAX_BOUNDARY} characters, which RFC 2046 forbids.`,
  none: "The body does not contain its boundary.",
  empty: "The body has no parts.",
  headers: `A part is left out: no empty line ends its headers within ${MAX_HEADER_BYTES / 1024} KiB.`,
  open: "The final boundary is missing: the body may be incomplete.",
  many: `Only the first ${MAX_PARTS.toLocaleString("en-US")} parts are shown.`,
  deep: "Parts within parts are shown to a depth of four.",
};

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType  the whole header value
 * @returns {MultipartParts}
 */
export function partsOf(bytes, contentType) {
  return partsWithin(bytes, contentType, { room: MAX_PARTS, depth: MAX_DEPTH });
}

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType
 * @param {{room: number, depth: number}} limits  room: the number of parts that may still be read
 * @returns {MultipartParts}
 */
function partsWithin(bytes, contentType, limits) {
  const boundary = parametersOf(contentType).get("boundary");
  if (!boundary) return { parts: [], problem: PROBLEMS.boundary };
  if (boundary.length > MAX_BOUNDARY) return { parts: [], problem: PROBLEMS.long };
  /** @type {Part[]} */
  const parts = [];
  let problem = "";
  /** @type {Delimiter | null} */
  let before = null;
  for (const delimiter of delimiters(bytes, boundary)) {
    if (before && limits.room === 0) return { parts, problem: PROBLEMS.many };
    if (before) {
      const found = partBetween(bytes, before.end, delimiter.start, limits);
      parts.push(...found);
      if (found.length === 0) problem = PROBLEMS.headers;
    }
    if (delimiter.last) return { parts, problem: problem || (parts.length ? "" : PROBLEMS.empty) };
    before = delimiter;
  }
  if (!before) return { parts, problem: PROBLEMS.none };
  if (limits.room > 0) parts.push(...partBetween(bytes, before.end, bytes.length, limits));
  return { parts, problem: PROBLEMS.open };
}

/**
 * Yield the delimiter lines up to the final one. Text before the first and after the final one does
 * not belong to a part.
 * @param {Uint8Array} bytes
 * @param {string} boundary
 * @returns {Generator<Delimiter, void>}
 */
function* delimiters(bytes, boundary) {
  const mark = new TextEncoder().encode(`--${boundary}`);
  for (let start = 0; start < bytes.length; start = lineEnd(bytes, start)) {
    if (!startsWith(bytes, mark, start)) continue;
    const markEnd = start + mark.length;
    const end = lineEnd(bytes, markEnd);
    const last = bytes[markEnd] === DASH && bytes[markEnd + 1] === DASH;
    if (last || isBlank(bytes.subarray(markEnd, end))) yield { start, end, last };
    if (last) return;
  }
}

/**
 * Return the index after the next line feed, or the end of the body.
 * @param {Uint8Array} bytes
 * @param {number} start
 */
function lineEnd(bytes, start) {
  const found = bytes.indexOf(LF, start);
  return found < 0 ? bytes.length : found + 1;
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} mark
 * @param {number} start
 */
function startsWith(bytes, mark, start) {
  return mark.every((byte, at) => bytes[start + at] === byte);
}

/** @param {Uint8Array} line */
function isBlank(line) {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === CR || byte === LF);
}

/**
 * Return the part between two delimiters, or an empty list if its headers do not end.
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} next  the start of the next delimiter
 * @param {{room: number, depth: number}} limits
 * @returns {Part[]}
 */
function partBetween(bytes, start, next, limits) {
  const content = contentStart(bytes, start, next);
  if (content < 0) return [];
  limits.room--;
  const headers = headersOf(bytes.subarray(start, content));
  const sent = bytes.subarray(content, Math.max(content, withoutLineEnd(bytes, next)));
  return [part(headers, sent, limits)];
}

/**
 * Return the index after the empty line that ends the headers, or -1.
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} next
 */
function contentStart(bytes, start, next) {
  const limit = Math.min(next, start + MAX_HEADER_BYTES);
  for (let line = start; line < limit; ) {
    const end = lineEnd(bytes, line);
    if (isBlank(bytes.subarray(line, end)) && bytes[end - 1] === LF) return Math.min(end, next);
    line = end;
  }
  return -1;
}

/**
 * Return the end of a part's content: the line end before a delimiter belongs to the delimiter.
 * @param {Uint8Array} bytes
 * @param {number} end
 */
function withoutLineEnd(bytes, end) {
  if (bytes[end - 1] !== LF) return end;
  return bytes[end - 2] === CR ? end - 2 : end - 1;
}

/**
 * Return header values by their lower-case names.
 * @param {Uint8Array} head
 * @returns {Map<string, string>}
 */
function headersOf(head) {
  const lines = textOfHead(head)
    .replace(/\r?\n[ \t]/g, " ")
    .split(/\r?\n/);
  const pairs = lines.filter((line) => line.includes(":")).map((line) => pairOf(line));
  return new Map(pairs.reverse()); // the first of a name counts
}

/**
 * @param {string} line
 * @returns {[name: string, value: string]}
 */
function pairOf(line) {
  const colon = line.indexOf(":");
  return [trimOws(line.slice(0, colon)).toLowerCase(), trimOws(line.slice(colon + 1))];
}

/**
 * Decode headers as UTF-8 (RFC 7578, section 5.1), or else as Latin-1.
 * @param {Uint8Array} head
 */
function textOfHead(head) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head);
  } catch {
    return new TextDecoder("latin1").decode(head);
  }
}

/**
 * @param {Map<string, string>} headers
 * @param {Uint8Array} sent
 * @param {{room: number, depth: number}} limits
 * @returns {Part}
 */
function part(headers, sent, limits) {
  const contentType = headers.get("content-type") ?? "";
  const type = mediaTypeOf(contentType);
  const disposition = parametersOf(headers.get("content-disposition") ?? "");
  const { bytes, problem } = decodeTransferEncoding(
    sent,
    headers.get("content-transfer-encoding") ?? "",
  );
  return {
    name: disposition.get("name") ?? "",
    fileName: fileNameOf(disposition),
    type,
    contentType,
    charset: parametersOf(contentType).get("charset") ?? "",
    bytes,
    problem,
    inner: type.startsWith("multipart/") ? innerParts(bytes, contentType, limits) : null,
  };
}

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType
 * @param {{room: number, depth: number}} limits
 * @returns {MultipartParts}
 */
function innerParts(bytes, contentType, limits) {
  if (limits.depth === 1) return { parts: [], problem: PROBLEMS.deep };
  const inner = { room: limits.room, depth: limits.depth - 1 };
  const found = partsWithin(bytes, contentType, inner);
  limits.room = inner.room;
  return found;
}

/**
 * Return the file name. `filename*=UTF-8''gr%C3%BCn.txt` (RFC 8187) takes precedence over `filename=`.
 * @param {Map<string, string>} disposition
 */
function fileNameOf(disposition) {
  const [, escaped] = /^utf-8'[^']*'(.*)$/is.exec(disposition.get("filename*") ?? "") ?? [];
  try {
    if (escaped) return decodeURIComponent(escaped);
  } catch {
    // not percent-encoded UTF-8
  }
  return disposition.get("filename") ?? "";
}
