/** Indent JSON, one line per value, with every token as sent. Does not use the DOM. */

import { skipWhitespace, tokenEnd } from "./json-text.js";

/** Deeper levels are not indented further: the indentation of many nested brackets would fill the memory. */
const MAX_LEVELS = 20;

/**
 * @param {string} json  valid
 * @returns {Generator<string, void>} its tokens, with line ends and spaces before them
 */
export function* indented(json) {
  let depth = 0;
  let before = "";
  for (let at = skipWhitespace(json, 0); at < json.length; ) {
    const end = tokenEnd(json, at);
    const token = json.slice(at, end);
    if ("]}".includes(token)) depth--;
    yield between(before, token, depth) + token;
    if ("[{".includes(token)) depth++;
    before = token;
    at = skipWhitespace(json, end);
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
