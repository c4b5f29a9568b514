/**
 * The charset of a text, and the text read by it, as browsers do (Encoding standard). The bytes stay
 * the truth. Does not use the DOM.
 *
 * @typedef {object} CharsetClaim
 * @property {string} label   as sent; "" where nothing says
 * @property {string} because  what says so, to go on after "because", or ""
 *
 * @typedef {object} Reading
 * @property {string} text
 * @property {boolean} isText  readable: without control characters, and in a charset that is known
 * @property {string} note     how it was read, or "" where that is plain
 */

import { excerpt } from "../text/excerpt.js";
import { mediaTypeOf } from "../wire/captured.js";
import { parametersOf } from "./header-parameters.js";

/** Unicode's control characters but TAB, LF and CR, as the server has it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them
const ASCII = /^[\x00-\x7f]*$/;

/** @type {[label: string, start: number[]][]} */
const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** A declaration in the text stands in so many bytes, or is not looked at. */
const HEAD_BYTES = 1024;
const MAX_OF_A_LABEL = 40;

const XML_DECLARATION = /^<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)["']/;
const META = /<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?([\w.:-]+)/i;

/** Types whose content is text, whatever its bytes. */
const TEXT_TYPE =
  /^text\/|[/+](?:json|xml|yaml)$|^application\/(?:x-www-form-urlencoded|x-ndjson|javascript|graphql)$/;

/**
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
 * Whether UTF-8 is all that is said of a text.
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
  const zeros = declared === "" || /^utf-?16$/i.test(declared) ? zerosOf(bytes, type) : "";
  if (zeros) return { label: zeros, because: "every second of its first bytes is zero" };
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
  return { label, because: `${by} says “${excerpt(label, MAX_OF_A_LABEL)}”` };
}

/**
 * UTF-16 without a mark begins with ASCII in JSON and XML (XML, appendix F).
 * @param {Uint8Array} bytes
 * @param {string} type
 */
function zerosOf([first, second, third, fourth], type) {
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
    label !== "" && !decoder ? `Read as UTF-8: the charset is not known, though ${because}.` : "";
  const charset = decoder?.encoding ?? "utf-8";
  const utf8 = utf8Of(bytes);
  if (charset === "utf-8")
    return utf8 === null ? notUtf8(bytes, { label, because }, isTextType) : reading(utf8, unknown);
  // Programs write UTF-16 into declarations of texts that are sent as UTF-8.
  if (
    charset.startsWith("utf-16") &&
    because.includes(" says ") &&
    utf8 !== null &&
    !utf8.includes("\0")
  ) {
    return reading(utf8, `Read as UTF-8: its bytes are, though ${because}.`);
  }
  const text = /** @type {TextDecoder} */ (decoder).decode(bytes);
  if (utf8 === text) return reading(text, "");
  const also = utf8 !== null && !ASCII.test(utf8) ? " The bytes are valid UTF-8, too." : "";
  const bad = text.includes("\ufffd");
  const shown = bad ? " Bytes that it does not have are shown as \ufffd." : "";
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
  const though = label ? `though ${because}` : "and no charset is declared";
  const note = `Read as windows-1252 because the bytes are not valid UTF-8, ${though}.`;
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
 * Readable text in UTF-8, or null.
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
 * Null: the label is not known, or stands for a charset that is a danger to read.
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
