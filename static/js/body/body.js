/**
 * From a body on the wire to bytes, and to text and hex in chunks. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").Body & Partial<Known>} Body
 *
 * @typedef {object} Known  of a body that was read here
 * @property {Uint8Array} bytes
 * @property {string} text  what can be read in bytes that are no text
 * @property {string} note  how its text was read, or ""
 *
 * @typedef {"text" | "xml" | "markup" | "hex"} SourceView  shown chunk by chunk
 * @typedef {SourceView | "json" | "preview" | "form" | "multipart" | "image"} BodyView
 */

import { hexDump } from "../text/hex.js";
import { isPlain, read } from "./charset.js";
import { breakIn } from "./json-break.js";
import { isJson } from "./json-check.js";
import { xmlLines } from "./xml-lines.js";

/** The first chunk is laid out at once; the rest waits for a click, so that 1 MiB opens like 1 kB. */
const CHUNK_CHARACTERS = { text: 16 * 1024, markup: 3 * 1024 };
const CHUNK_BYTES = 4 * 1024;

const JSON_TYPE = /[/+]json$/;

/** What takes a moment for each byte is not done for more than this. */
const MAX_PRETTY_BYTES = 2 * 2 ** 20;

/**
 * What to show of a body, piece by piece.
 * @param {Body} body
 * @param {SourceView} view
 * @returns {Generator<string, void>}
 */
export function chunksOf(body, view) {
  if (view === "hex") return hexChunks(bytesOf(body));
  if (view === "xml") return together(xmlLines(readable(body)), CHUNK_CHARACTERS.markup);
  return chunksAtLines(readable(body), CHUNK_CHARACTERS[view]);
}

/**
 * Text as it is, and of other bytes what can be read in them.
 * @param {Body} body
 */
function readable(body) {
  if (body.encoding === "utf-8") return body.content;
  return body.text ?? read(bytesOf(body)).text;
}

/**
 * The bytes as sent.
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
 * Bytes that were never on the wire, in the form of those that were.
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
 * A body with its text by its charset.
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
 * The ways this body can be shown, the most readable first.
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
function prettyView({ encoding, content }, mediaType) {
  if (isImage(mediaType)) return "image";
  if (mediaType.startsWith("multipart/")) return "multipart";
  if (encoding !== "utf-8") return null;
  if (looksJson(content, mediaType) && isJson(withoutMark(content))) return "json";
  if (isHtml(content, mediaType)) return "markup";
  if (/[/+]xml$/.test(mediaType) || /^\s*<\?xml\b/.test(content)) return "xml";
  return mediaType === "application/x-www-form-urlencoded" ? "form" : null;
}

/**
 * The kinds of images that are drawn. SVG is not among them: it is source of a stranger.
 * @param {string} mediaType
 */
export function isImage(mediaType) {
  return /^image\/(png|jpeg|gif|webp)$/.test(mediaType);
}

/**
 * Senders often forget the type, so anything that looks like an object or array is tried too.
 * @param {string} text
 * @param {string} mediaType
 */
function looksJson(text, mediaType) {
  return JSON_TYPE.test(mediaType) || /^\s*[{[]/.test(text);
}

/**
 * Where a body that is said to be JSON is not, or null.
 * @param {Body} body
 * @param {string} mediaType
 */
export function jsonBreak({ size, encoding, content }, mediaType) {
  if (encoding !== "utf-8" || size > MAX_PRETTY_BYTES || !JSON_TYPE.test(mediaType)) return null;
  return breakIn(withoutMark(content));
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
 * Text without the byte order mark that some senders put in front.
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
 * Lines as chunks; one that is too long for that is cut.
 * @param {Iterable<string>} lines
 * @param {number} [size]
 */
export function* together(lines, size = CHUNK_CHARACTERS.text) {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length < size) continue;
    yield* chunksAtLines(chunk, size);
    chunk = "";
  }
  if (chunk) yield chunk;
}

/**
 * Cuts a long text behind line ends, so that a browser can lay out only what is in sight; a line
 * that is too long for that is cut where it must be.
 * @param {string} text
 * @param {number} size  at least so many characters in each but the last, at most twice as many
 */
export function* chunksAtLines(text, size) {
  for (let start = 0; start < text.length; ) {
    const end = chunkEnd(text, start + size, start + 2 * size);
    yield text.slice(start, end);
    start = end;
  }
}

/**
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function chunkEnd(text, least, most) {
  const line = text.slice(least, most).indexOf("\n");
  if (line >= 0) return least + line + 1;
  const halves = (text.codePointAt(most - 1) ?? 0) > 0xffff; // of one character: kept together
  return Math.min(halves ? most - 1 : most, text.length);
}
