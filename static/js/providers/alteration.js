/**
 * Guess the body that was signed, for common changes on the way. Does not use the DOM.
 *
 * @typedef {[original: string, text: string]} Guess  original: a description of the guess, for people
 */

import { textOf } from "../body/charset.js";
import { isJson } from "../body/json-check.js";
import { skipWhitespace, tokenEnd } from "../body/json-text.js";
import { turn } from "../browser/turn.js";
import { utf8 } from "../text/encoding.js";

/** A longer text is not checked: isJson runs without a pause and would block the page. */
const MAX_JSON = 2 * 2 ** 20;
const SLICE_MS = 10;

/**
 * Describe the body that was signed, or return null if no guess is right.
 * @param {Uint8Array} body
 * @param {(original: Uint8Array) => Promise<boolean>} isRight
 */
export async function originalOf(body, isRight) {
  const text = textOf(body);
  for await (const [original, guess] of text ? guesses(text) : []) {
    if (guess !== text && (await isRight(utf8(guess)))) return original;
  }
  return null;
}

/**
 * @param {string} text
 * @returns {AsyncGenerator<Guess>}
 */
async function* guesses(text) {
  yield ["this body without the line break at its end", text.replace(/\r?\n$/, "")];
  yield ["this body with a line break at its end", `${text}\n`];
  if (text.length > MAX_JSON || !isJson(text)) return;
  const { compact, spaced } = await rewritten(text);
  yield ["this JSON without white space", compact];
  yield ["this JSON with a space after each comma and colon", spaced];
}

/**
 * Write JSON as JavaScript's and as Python's libraries do, with every token unchanged.
 * @param {string} json  valid
 */
async function rewritten(json) {
  let compact = "";
  let spaced = "";
  let until = performance.now() + SLICE_MS;
  for (let start = skipWhitespace(json, 0); start < json.length; ) {
    const end = tokenEnd(json, start);
    const token = json.slice(start, end);
    compact += token;
    spaced += token === "," || token === ":" ? `${token} ` : token;
    start = skipWhitespace(json, end);
    if (performance.now() < until) continue;
    await turn();
    until = performance.now() + SLICE_MS;
  }
  return { compact, spaced };
}
