/**
 * Whether a text is JSON (RFC 8259). JSON.parse says the same, but builds everything on the way: of
 * a mebibyte of small objects that takes longer than a page may stand still. Does not use the DOM.
 */

import { skipBlanks } from "./json-text.js";

/**
 * Places are counted from 0; where something else than JSON was found they are negative, and nothing
 * can be read there.
 * @param {number} at
 */
function broken(at) {
  return at < 0 ? at : -1 - at;
}

const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no string has them
const PLAIN = /[^"\\\x00-\x1f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** @param {string} text */
export function isJson(text) {
  return brokenAt(text) < 0;
}

/**
 * The place of the first character that can't stand there in JSON, which is the length of a text that
 * ends too early; -1 where all of it is JSON.
 * @param {string} text
 */
export function brokenAt(text) {
  /** @type {string[]} what closes that which is open, the innermost last */
  const closers = [];
  let at = valueStart(text, 0);
  for (;;) {
    const closer = closerOf(text[at]);
    if (closer) closers.push(closer);
    const inside = skipBlanks(text, at + 1);
    if (closer && text[inside] !== closer) {
      at = valueStart(text, inside, closer);
      continue; // with the first value in it
    }
    at = behindClosers(text, closer ? inside : scalarEnd(text, at), closers);
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
 * The start of the next value; in an object that is behind its key.
 * @param {string} text
 * @param {number} at
 * @param {string} [closer]  of what the value is in
 */
function valueStart(text, at, closer) {
  const start = skipBlanks(text, at);
  if (closer !== "}") return start;
  if (text[start] !== '"') return broken(start);
  const colon = skipBlanks(text, stringEnd(text, start));
  return text[colon] === ":" ? skipBlanks(text, colon + 1) : broken(colon);
}

/**
 * Behind all that is closed here.
 * @param {string} text
 * @param {number} at
 * @param {string[]} closers
 */
function behindClosers(text, at, closers) {
  let end = skipBlanks(text, at);
  while (closers.length > 0 && text[end] === closers.at(-1)) {
    closers.pop();
    end = skipBlanks(text, end + 1);
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
  return text[at] === '"' ? at + 1 : broken(at);
}

/**
 * @param {RegExp} sticky
 * @param {string} text
 * @param {number} at
 */
function matchEnd(sticky, text, at) {
  if (at < 0) return at;
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : broken(at);
}
