/**
 * Words of a POSIX shell that mean exactly what they were made of, also when they are pasted into
 * an interactive bash or zsh. Does not use the DOM.
 */

import { bytesOf } from "../body/body.js";
import { bytesOfLine } from "../wire/captured.js";
import { outgoingHeaders, sends } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** What a terminal acts upon, or what a reader cannot see; a line feed is neither. */
const UNSAFE_TO_PASTE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Linux takes 128 KiB in one argument; printf's are none, the shell runs it itself. */
const MAX_ARGUMENT_BYTES = 100_000;

/** For each byte what `printf '%b'` makes it of, inside single quotes. */
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
 * Text in single quotes. An old bash expands the history in later lines of such a word too.
 * @param {string} text
 */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''").replaceAll("!", "'\\!'")}'`;
}

/**
 * A command that prints these bytes. To add up strings would take a second for a mebibyte.
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
 * How a body gets into a command: as a word of it, or through a pipe from another.
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
 * The header lines as curl and HTTPie both take them: `Name: value`, `Name;` for an empty one, and
 * `Name:` for one that the tool would invent.
 * @param {CapturedRequest} request
 * @param {string[]} invented
 */
export function headerWords(request, invented) {
  const lines = outgoingHeaders(request).map(([name, value]) =>
    value ? `${name}: ${value}` : `${name};`,
  );
  const unwanted = invented.filter((name) => !sends(request, name.toLowerCase()));
  return [...lines, ...unwanted.map((name) => `${name}:`)].map(headerWord);
}

/** @param {string} line  bytes read as Latin-1 */
function headerWord(line) {
  if (/^[ -~]*$/.test(line)) return quoted(line);
  return `"$(${printing(bytesOfLine(line))})"`;
}

/**
 * A command, what is piped into it, and comments before it.
 * @param {string[]} notes
 * @param {string | undefined} pipe
 * @param {string[]} lines
 */
export function command(notes, pipe, lines) {
  const piped = pipe ? `${pipe} |\n` : "";
  return [...notes.map((note) => `# ${note}`), piped + lines.join(" \\\n  ")].join("\n");
}
