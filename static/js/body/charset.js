/**
 * Detect the charset of a text and decode it, as browsers do (Encoding Standard). Does not use the
 * DOM.
 *
 * @typedef {object} CharsetClaim
 * @property {string} label   as sent, or ""
 * @property {string} because  the source of the label, to continue a sentence after "because", or ""
 *
 * @typedef {object} Reading
 * @property {string} text
 * @property {boolean} isText  readable: no control characters, and a known charset
 * @property {string} note     how the charset was chosen, or "" for plain UTF-8
 */

import { excerpt } from "../text/excerpt.js";
import { mediaTypeOf } from "../wire/captured.js";
import { parametersOf } from "./header-parameters.js";

/** Unicode's control characters except TAB, LF and CR. The server uses the same set. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them
const ASCII = /^[\x00-\x7f]*$/;

/** @type {[label: string, start: number[]][]} */
const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** A declaration in the text is only searched in the first bytes. */
const HEAD_BYTES = 1024;
const MAX_LABEL = 40;

const XML_DECLARATION = /^<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)["']/;
const META = /<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?([\w.:-]+)/i;

/** Types whose content is text, even if the bytes do not look like text. */
const TEXT_TYPE =
  /^text\/|[/+](?:json|xml|yaml)$|^application\/(?:x-www-form-urlencoded|x-ndjson|javascript|graphql)$/;

/**
 * Detect the charset of bytes and decode them.
 * @param {Uint8Array} bytes
 * @param {string} [contentType]  the whole header value
 * @returns {Reading}
 */
export function read(bytes, contentType = "") {
  const type = mediaTypeOf(contentType);
  const claim = claimOf(bytes, contentType, type);
  return readAs(bytes, claim, TEXT_TYPE.test(type));
}

/**
 * Check that neither the type nor the text declares a charset other than UTF-8.
 * @param {string} text
 * @param {string} contentType
 */
export function isPlain(text, contentType) {
  const head = new TextEncoder().encode(text.slice(0, HEAD_BYTES));
  const { label } = claimOf(head, contentType, mediaTypeOf(contentType));
  return label === "" || decoderOf(label)?.encoding === "utf-8";
}

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType
 * @param {string} type
 * @returns {CharsetClaim}
 */
function claimOf(bytes, contentType, type) {
  const mark = MARKS.find(([, start]) => start.every((byte, at) => bytes[at] === byte));
  if (mark) return { label: mark[0], because: "of its byte order mark" };
  const declared = parametersOf(contentType).get("charset") ?? "";
  const utf16 = declared === "" || /^utf-?16$/i.test(declared) ? utf16WithoutMark(bytes, type) : "";
  if (utf16) return { label: utf16, because: "every second of its first bytes is zero" };
  if (declared) return claim(declared, "the Content-Type");
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_BYTES)).trimStart();
  const [, xml] = XML_DECLARATION.exec(head) ?? [];
  if (xml) return claim(xml, "the XML declaration");
  const [, html] = (type === "text/html" && META.exec(head)) || [];
  return html ? claim(html, "the meta element") : { label: "", because: "" };
}

/**
 * @param {string} label
 * @param {string} by
 * @returns {CharsetClaim}
 */
export function claim(label, by) {
  return { label, because: `${by} says “${excerpt(label, MAX_LABEL)}”` };
}

/**
 * Detect UTF-16 without a byte order mark: JSON and XML begin with ASCII (XML, appendix F).
 * @param {Uint8Array} bytes
 * @param {string} type
 */
function utf16WithoutMark([first, second, third, fourth], type) {
  if (!TEXT_TYPE.test(type)) return "";
  if (first === 0 && second > 0 && third === 0) return "utf-16be";
  return first > 0 && second === 0 && fourth === 0 ? "utf-16le" : "";
}

/**
 * @param {Uint8Array} bytes
 * @param {CharsetClaim} claim
 * @param {boolean} isTextType
 * @returns {Reading}
 */
export function readAs(bytes, { label, because }, isTextType) {
  const decoder = label ? decoderOf(label) : null;
  const unknown =
    label !== "" && !decoder ? `Read as UTF-8: the charset is unknown, although ${because}.` : "";
  const charset = decoder?.encoding ?? "utf-8";
  const utf8 = utf8Of(bytes);
  if (charset === "utf-8")
    return utf8 === null ? notUtf8(bytes, { label, because }, isTextType) : reading(utf8, unknown);
  // Some programs declare UTF-16 and then send UTF-8.
  if (
    charset.startsWith("utf-16") &&
    because.includes(" says ") &&
    utf8 !== null &&
    !utf8.includes("\0")
  ) {
    return reading(utf8, `Read as UTF-8 because its bytes are UTF-8, although ${because}.`);
  }
  const text = /** @type {TextDecoder} */ (decoder).decode(bytes);
  if (utf8 === text) return reading(text, "");
  const also = utf8 !== null && !ASCII.test(utf8) ? " The bytes are also valid UTF-8." : "";
  const bad = text.includes("\ufffd");
  const shown = bad ? " Invalid bytes are shown as \ufffd." : "";
  const found = reading(text, `Read as ${nameOf(charset)} because ${because}.${also}${shown}`);
  return { ...found, isText: found.isText && (isTextType || !bad) };
}

/**
 * @param {Uint8Array} bytes
 * @param {CharsetClaim} claim
 * @param {boolean} isTextType
 * @returns {Reading}
 */
function notUtf8(bytes, { label, because }, isTextType) {
  const { text, isText } = reading(new TextDecoder("latin1").decode(bytes), "");
  const rest = label ? `although ${because}` : "and no charset is declared";
  const note = `Read as windows-1252 because the bytes are not valid UTF-8, ${rest}.`;
  return { text, isText: isText && (isTextType || label !== ""), note };
}

/**
 * @param {string} text
 * @param {string} note
 * @returns {Reading}
 */
function reading(text, note) {
  return { text, isText: !CONTROL.test(text), note };
}

/**
 * Decode UTF-8 without control characters, or return null.
 * @param {Uint8Array} bytes
 */
export function textOf(bytes) {
  const text = utf8Of(bytes);
  return text === null || CONTROL.test(text) ? null : text;
}

/** @param {Uint8Array} bytes */
function utf8Of(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Return a decoder, or null if the label is unknown or browsers do not support it for security.
 * @param {string} label
 */
export function decoderOf(label) {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}

/** @param {string} charset  as a TextDecoder names it */
export function nameOf(charset) {
  return charset.startsWith("windows") ? charset : charset.toUpperCase();
}
