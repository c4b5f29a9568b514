/**
 * Find the syntax error in a JSON text and describe it. Does not use the DOM.
 *
 * @typedef {object} JsonError
 * @property {number} line    counted from 1
 * @property {number} column  in UTF-16 code units, from 1
 * @property {string} before  text on the same line
 * @property {string} found   the unexpected character; "" at the end of the text
 * @property {string} after   text on the same line
 */

import { errorIndex } from "./json-check.js";

const MAX_AROUND = 40;

/**
 * @param {string} text
 * @returns {JsonError | null}  null: the text is JSON
 */
export function findJsonError(text) {
  const at = errorIndex(text);
  if (at < 0) return null;
  let [line, start] = [1, 0];
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  const found = at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : "";
  return {
    line,
    column: at - start + 1,
    before: (at - start > MAX_AROUND ? "…" : "") + text.slice(Math.max(start, at - MAX_AROUND), at),
    found,
    after: text.slice(at + found.length, at + found.length + MAX_AROUND).split("\n")[0],
  };
}

/**
 * "Not valid JSON at line 2, column 7."
 * @param {JsonError} error
 */
export function jsonErrorText({ line, column, found }) {
  const [row, place] = [line, column].map((number) => number.toLocaleString("en-US"));
  if (found) return `Not valid JSON at line ${row}, column ${place}.`;
  return `Not valid JSON: it ends too early, at line ${row}, column ${place}.`;
}
