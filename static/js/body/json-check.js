/**
 * Check whether a text is JSON (RFC 8259), without building its objects as JSON.parse does: for 1 MiB
 * of small objects, JSON.parse blocks the page. Does not use the DOM.
 */

import { skipWhitespace } from "./json-text.js";

/**
 * Mark an index as the position of an error. Functions here return an index to continue from, or a
 * negative number for an error.
 * @param {number} at
 */
function errorAt(at) {
  return at < 0 ? at : -1 - at;
}

const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: strings cannot contain them
const PLAIN = /[^"\\\x00-\x1f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** @param {string} text */
export function isJson(text) {
  return errorIndex(text) < 0;
}

/**
 * Return the index of the first unexpected character, the length of the text if it ends too early, or
 * -1 if the text is JSON.
 * @param {string} text
 */
export function errorIndex(text) {
  /** The closing characters of all open values, innermost last. @type {string[]} */
  const closers = [];
  let at = valueStart(text, 0);
  for (;;) {
    const closer = closerOf(text[at]);
    if (closer) closers.push(closer);
    const inside = skipWhitespace(text, at + 1);
    if (closer && text[inside] !== closer) {
      at = valueStart(text, inside, closer);
      continue; // with the first value in it
    }
    at = afterClosers(text, closer ? inside : scalarEnd(text, at), closers);
    if (closers.length === 0 && at === text.length) return -1;
    if (closers.length === 0 || text[at] !== ",") return at < 0 ? -1 - at : at;
    at = valueStart(text, at + 1, closers.at(-1));
  }
}

/** @param {string} opener */
function closerOf(opener) {
  if (opener === "[") return "]";
  return opener === "{" ? "}" : "";
}

/**
 * Return the start of the next value; in an object, this is after its key.
 * @param {string} text
 * @param {number} at
 * @param {string} [closer]  of the array or object around the value
 */
function valueStart(text, at, closer) {
  const start = skipWhitespace(text, at);
  if (closer !== "}") return start;
  if (text[start] !== '"') return errorAt(start);
  const colon = skipWhitespace(text, stringEnd(text, start));
  return text[colon] === ":" ? skipWhitespace(text, colon + 1) : errorAt(colon);
}

/**
 * Return the index after all closing characters here.
 * @param {string} text
 * @param {number} at
 * @param {string[]} closers
 */
function afterClosers(text, at, closers) {
  let end = skipWhitespace(text, at);
  while (closers.length > 0 && text[end] === closers.at(-1)) {
    closers.pop();
    end = skipWhitespace(text, end + 1);
  }
  return end;
}

/**
 * @param {string} text
 * @param {number} at
 */
function scalarEnd(text, at) {
  if (text[at] === '"') return stringEnd(text, at);
  return matchEnd(NUMBER_OR_WORD, text, at);
}

/**
 * @param {string} text
 * @param {number} start  of a string
 */
function stringEnd(text, start) {
  let at = matchEnd(PLAIN, text, start + 1);
  while (text[at] === "\\") at = matchEnd(PLAIN, text, matchEnd(ESCAPE, text, at));
  return text[at] === '"' ? at + 1 : errorAt(at);
}

/**
 * @param {RegExp} sticky
 * @param {string} text
 * @param {number} at
 */
function matchEnd(sticky, text, at) {
  if (at < 0) return at;
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : errorAt(at);
}
