/**
 * From a body on the wire to bytes, text and hex. No DOM in here.
 *
 * @typedef {import("./json-text.js").Tone} Tone
 * @typedef {{tone: Tone | "chunk", text: string}} Part  a chunk ends behind a line end
 *
 * @typedef {import("./captured.js").Body} Body
 * @typedef {"json" | "text" | "hex"} BodyView
 */

import { prettyJson } from "./json-text.js";

/** What is laid out at once; the rest waits for a click, so that 1 MiB opens like 1 kB. */
const FIRST_CHARACTERS = 16 * 1024;
const FIRST_HEX_BYTES = 4 * 1024;
const CHUNK = 16 * 1024;

/**
 * What to show of a body in one view; `cut` when that is not all.
 * @param {Body} body
 * @param {BodyView} view
 * @param {boolean} all
 * @returns {{parts: Part[], cut: boolean}}
 */
export function partsOf(body, view, all) {
  if (view === "json") return jsonParts(body.content, all);
  if (view === "text") {
    const text = all ? body.content : body.content.slice(0, FIRST_CHARACTERS);
    return { parts: inChunks(text), cut: text.length < body.content.length };
  }
  const bytes = bytesOf(body);
  const shown = all ? bytes : bytes.subarray(0, FIRST_HEX_BYTES);
  return { parts: inChunks(hexDump(shown)), cut: shown.length < bytes.length };
}

/**
 * @param {string} json
 * @param {boolean} all  then without colours: a megabyte of them would freeze the page
 * @returns {{parts: Part[], cut: boolean}}
 */
function jsonParts(json, all) {
  const { runs, cut } = prettyJson(json, all ? undefined : FIRST_CHARACTERS);
  if (!all) return { parts: runs, cut };
  return { parts: inChunks(runs.map(({ text }) => text).join("")), cut };
}

/**
 * @param {string} text
 * @returns {Part[]}
 */
function inChunks(text) {
  return chunksAtLines(text, CHUNK).map((chunk) => ({ tone: "chunk", text: chunk }));
}

/**
 * The bytes as sent.
 * @param {Body} body
 * @returns {Uint8Array}
 */
export function bytesOf({ encoding, content }) {
  if (encoding === "utf-8") return new TextEncoder().encode(content);
  const binary = atob(content);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/**
 * The ways this body can be shown, the most readable first.
 * @param {Body} body
 * @param {string} mediaType
 * @returns {BodyView[]}
 */
export function viewsOf(body, mediaType) {
  if (body.encoding !== "utf-8") return ["hex"];
  return isJson(body.content, mediaType) ? ["json", "text", "hex"] : ["text", "hex"];
}

/**
 * Senders often forget the type, so anything that looks like an object or array is tried too.
 * @param {string} text
 * @param {string} mediaType
 */
function isJson(text, mediaType) {
  if (!/[/+]json$/.test(mediaType) && !/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Offset, sixteen bytes, and their ASCII, line by line.
 * @param {Uint8Array} bytes
 */
export function hexDump(bytes) {
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    lines.push(hexLine(offset, bytes.subarray(offset, offset + 16)));
  }
  return lines.join("\n");
}

/**
 * @param {number} offset
 * @param {Uint8Array} bytes  at most sixteen
 */
function hexLine(offset, bytes) {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const halves = `${pairs.slice(0, 8).join(" ")}  ${pairs.slice(8).join(" ")}`;
  return `${offset.toString(16).padStart(8, "0")}  ${halves.padEnd(48)}  ${ascii(bytes)}`;
}

/** @param {Uint8Array} bytes */
function ascii(bytes) {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  ).join("");
}

/**
 * Cuts a long text behind line ends, so that a browser can lay out only what is in sight.
 * @param {string} text
 * @param {number} size  at least so many characters in each but the last
 */
export function chunksAtLines(text, size) {
  const chunks = [];
  for (let start = 0; start < text.length; ) {
    const line = text.indexOf("\n", start + size);
    const end = line < 0 ? text.length : line + 1;
    chunks.push(text.slice(start, end));
    start = end;
  }
  return chunks;
}
