/**
 * Quote text and bytes for a POSIX shell. The result is also safe to paste into an interactive bash or
 * zsh. Does not use the DOM.
 */

import { bytesOf } from "../body/body.js";
import { bytesOfLine } from "../wire/captured.js";
import { curlLines } from "./curl-lines.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Control characters and invisible characters, except line feeds. */
const UNSAFE_TO_PASTE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Linux allows 128 KiB per argument. The limit does not apply to printf, which is part of the shell. */
const MAX_ARGUMENT_BYTES = 100_000;

/** The escape of each byte for `printf '%b'` in single quotes. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) => bytesOfLine(escapeOf(byte)));
const LONGEST_ESCAPE = 5;

/** @param {number} byte */
function escapeOf(byte) {
  const character = String.fromCharCode(byte);
  if (character === "\n") return "\\n";
  if (character === "\\") return "\\\\";
  if (/[ -~]/.test(character) && !/['!]/.test(character)) return character;
  return `\\0${byte.toString(8).padStart(3, "0")}`;
}

/**
 * Quote text. `!` is outside the quotes, because an old bash expands it in later lines of a quoted word.
 * @param {string} text
 */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''").replaceAll("!", "'\\!'")}'`;
}

/**
 * Return a command that prints these bytes. Concatenating strings would take a second per MiB.
 * @param {Uint8Array} bytes
 */
function printing(bytes) {
  const escapes = new Uint8Array(bytes.length * LONGEST_ESCAPE);
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    const written = ESCAPES[bytes[at]];
    for (let each = 0; each < written.length; each++) escapes[end++] = written[each];
  }
  return `printf '%b' '${new TextDecoder().decode(escapes.subarray(0, end))}'`;
}

/**
 * Return the body as a word of the command, or as a command to pipe into it.
 * @param {import("../body/body.js").Body} body
 * @returns {{word: string, pipe?: undefined} | {pipe: string, word?: undefined}}
 */
export function bodyInto(body) {
  const { encoding, content, size } = body;
  if (encoding !== "utf-8" || UNSAFE_TO_PASTE.test(content))
    return { pipe: printing(bytesOf(body)) };
  const word = quoted(content);
  return size > MAX_ARGUMENT_BYTES ? { pipe: `printf '%s' ${word}` } : { word };
}

/**
 * Return the header lines as words of a command.
 * @param {CapturedRequest} request
 * @param {string[]} defaults  headers that the tool adds by itself
 */
export function headerWords(request, defaults) {
  return curlLines(request, defaults).map(headerWord);
}

/** @param {string} line  bytes read as Latin-1 */
function headerWord(line) {
  if (/^[ -~]*$/.test(line)) return quoted(line);
  return `"$(${printing(bytesOfLine(line))})"`;
}

/**
 * Join notes as comments, the command to pipe from, and the lines of a command.
 * @param {string[]} notes
 * @param {string | undefined} pipe
 * @param {string[]} lines
 */
export function command(notes, pipe, lines) {
  const piped = pipe ? `${pipe} |\n` : "";
  return [...notes.map((note) => `# ${note}`), piped + lines.join(" \\\n  ")].join("\n");
}
