/**
 * Convert a body to bytes, and to text and hex in chunks. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").Body & Partial<Known>} Body
 *
 * @typedef {object} Known  the fields of a body that was decoded
 * @property {Uint8Array} bytes
 * @property {string} text  also for binary bodies
 * @property {string} note  how the charset was chosen, or ""
 *
 * @typedef {"text" | "xml" | "markup" | "hex"} SourceView  shown chunk by chunk
 * @typedef {SourceView | "json" | "records" | "preview" | "form" | "multipart" | "image"
 *   | "graphql" | "msgpack" | "media"} BodyView  the last three are in components/body-more.js
 */

import { hexDump } from "../text/hex.js";
import { isPlain, read } from "./charset.js";
import { isJson } from "./json-check.js";
import { findJsonError } from "./json-error.js";
import { hasRecords } from "./json-records.js";
import { xmlLines } from "./xml-lines.js";

/** The page shows the first chunk and the others on demand, so that 1 MiB opens as fast as 1 kB. */
const CHUNK_CHARACTERS = { text: 16 * 1024, markup: 3 * 1024 };
const CHUNK_BYTES = 4 * 1024;

const JSON_TYPE = /[/+]json$/;

/** Larger bodies have no formatted view, because parsing would block the page. */
const MAX_PRETTY_BYTES = 2 * 2 ** 20;

/**
 * Yield a body in chunks, for a view.
 * @param {Body} body
 * @param {SourceView} view
 * @returns {Generator<string, void>}
 */
export function chunksOf(body, view) {
  if (view === "hex") return hexChunks(bytesOf(body));
  if (view === "xml") return joinLines(xmlLines(textOf(body)), CHUNK_CHARACTERS.markup);
  return splitAtLines(textOf(body), CHUNK_CHARACTERS[view]);
}

/**
 * Return the text of a body, even if it is binary.
 * @param {Body} body
 */
export function textOf(body) {
  if (body.encoding === "utf-8") return body.content;
  return body.text ?? read(bytesOf(body)).text;
}

/**
 * Return the bytes of a body.
 * @param {Body} body
 * @returns {Uint8Array}
 */
export function bytesOf({ encoding, content, bytes: known }) {
  if (known) return known;
  if (encoding === "utf-8") return new TextEncoder().encode(content);
  const binary = atob(content);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/**
 * Make a body from bytes.
 * @param {Uint8Array} bytes
 * @param {string} [contentType]  the whole header value
 * @returns {Body}
 */
export function bodyOf(bytes, contentType) {
  const { text, isText, note } = read(bytes, contentType);
  const encoding = isText ? "utf-8" : "base64";
  const content = isText ? text : "";
  return { size: bytes.length, encoding, content, complete: true, bytes, text, note };
}

/**
 * Decode a body with its charset.
 * @param {Body} body
 * @param {string} contentType  the whole header value
 * @returns {Body}
 */
export function readBody(body, contentType) {
  if (!body.complete || body.size === 0) return body;
  if (body.encoding === "utf-8" && isPlain(body.content, contentType)) return body;
  return bodyOf(bytesOf(body), contentType);
}

/**
 * Return the views of a body, the most readable first.
 * @param {Body} body
 * @param {string} mediaType
 * @returns {BodyView[]}
 */
export function viewsOf(body, mediaType) {
  const pretty = body.size <= MAX_PRETTY_BYTES ? prettyView(body, mediaType) : null;
  /** @type {BodyView[]} */
  const plain = pretty || body.encoding === "utf-8" ? ["text", "hex"] : ["hex", "text"];
  if (!pretty) return plain;
  return pretty === "markup" ? [pretty, "preview", ...plain] : [pretty, ...plain];
}

/**
 * @param {Body} body
 * @param {string} mediaType
 * @returns {BodyView | null}
 */
function prettyView(body, mediaType) {
  const { encoding, content } = body;
  if (isImage(mediaType)) return "image";
  if (mediaType.startsWith("multipart/")) return "multipart";
  if (/json-seq$/.test(mediaType)) return "records"; // its separators are control characters
  if (encoding !== "utf-8") return null;
  if (looksJson(content, mediaType) && isJson(withoutMark(content))) return "json";
  if (hasRecords(withoutMark(content), mediaType)) return "records";
  if (isHtml(content, mediaType)) return "markup";
  if (/[/+]xml$/.test(mediaType) || /^\s*<\?xml\b/.test(content)) return "xml";
  return mediaType === "application/x-www-form-urlencoded" ? "form" : null;
}

/**
 * Check whether the page draws this type of image. It does not draw SVG, which can contain scripts.
 * @param {string} mediaType
 */
export function isImage(mediaType) {
  return /^image\/(png|jpeg|gif|webp)$/.test(mediaType);
}

/**
 * Check the type, or the first character, because senders often omit the type.
 * @param {string} text
 * @param {string} mediaType
 */
function looksJson(text, mediaType) {
  return JSON_TYPE.test(mediaType) || /^\s*[{[]/.test(text);
}

/**
 * Find the syntax error in a body with a JSON type, or return null.
 * @param {Body} body
 * @param {string} mediaType
 */
export function jsonErrorOf({ size, encoding, content }, mediaType) {
  if (encoding !== "utf-8" || size > MAX_PRETTY_BYTES || !JSON_TYPE.test(mediaType)) return null;
  return findJsonError(withoutMark(content));
}

/**
 * @param {string} text
 * @param {string} mediaType
 */
function isHtml(text, mediaType) {
  return (
    /^(text\/html|application\/xhtml\+xml)$/.test(mediaType) ||
    /^\s*<(!doctype )?html\b/i.test(text)
  );
}

/**
 * Remove the byte order mark that some senders add.
 * @param {string} text
 */
export function withoutMark(text) {
  return text.replace(/^\ufeff/, "");
}

/** @param {Uint8Array} bytes */
function* hexChunks(bytes) {
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    yield hexDump(bytes.subarray(offset, offset + CHUNK_BYTES), offset);
  }
}

/**
 * Join lines into chunks, and split lines that are too long.
 * @param {Iterable<string>} lines
 * @param {number} [size]
 */
export function* joinLines(lines, size = CHUNK_CHARACTERS.text) {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length < size) continue;
    yield* splitAtLines(chunk, size);
    chunk = "";
  }
  if (chunk) yield chunk;
}

/**
 * Split a long text after line ends, so that a browser can skip the layout of chunks out of sight.
 * Split a line that is longer than a chunk.
 * @param {string} text
 * @param {number} size  minimum characters of each chunk except the last; the maximum is twice this
 */
export function* splitAtLines(text, size) {
  for (let start = 0; start < text.length; ) {
    const end = chunkEnd(text, start + size, start + 2 * size);
    yield text.slice(start, end);
    start = end;
  }
}

/**
 * @param {string} text
 * @param {number} min
 * @param {number} max
 */
function chunkEnd(text, min, max) {
  const line = text.slice(min, max).indexOf("\n");
  if (line >= 0) return min + line + 1;
  const splitsPair = (text.codePointAt(max - 1) ?? 0) > 0xffff;
  return Math.min(splitsPair ? max - 1 : max, text.length);
}
