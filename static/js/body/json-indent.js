/** JSON with a line for each value, the rest of it as sent. Does not use the DOM. */

import { skipBlanks, tokenEnd } from "./json-text.js";

/** Deeper levels are not indented further: a body of brackets would be too long for any browser. */
const MAX_LEVELS = 20;

/**
 * @param {string} json  valid
 * @returns {Generator<string, void>} its tokens as they were, with line ends and blanks before them
 */
export function* indented(json) {
  let depth = 0;
  let before = "";
  for (let at = skipBlanks(json, 0); at < json.length; ) {
    const end = tokenEnd(json, at);
    const token = json.slice(at, end);
    if ("]}".includes(token)) depth--;
    yield between(before, token, depth) + token;
    if ("[{".includes(token)) depth++;
    before = token;
    at = skipBlanks(json, end);
  }
}

/**
 * @param {string} before
 * @param {string} token
 * @param {number} depth
 */
function between(before, token, depth) {
  if (before === ":") return " ";
  const opened = before === "[" || before === "{";
  const closes = token === "]" || token === "}";
  if (opened ? closes : !closes && before !== ",") return "";
  return `\n${"  ".repeat(Math.min(depth, MAX_LEVELS))}`;
}
