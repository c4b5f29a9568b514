/** Indent JSON, one line per value, with every token as sent. Does not use the DOM. */

import { turn } from "../browser/turn.js";
import { skipWhitespace, tokenEnd } from "./json-text.js";

const TURN_MS = 8;

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

/**
 * Indent JSON, or each record of a text, without blocking the page.
 * @param {string} json  valid
 * @param {readonly import("./json-tree.js").RecordPlace[]} [records]
 * @returns {Promise<string>}
 */
export async function prettyJson(json, records = [{ start: 0, end: json.length, broken: false }]) {
  const texts = [];
  let until = performance.now() + TURN_MS;
  for (const { start, end, broken } of records) {
    const record = json.slice(start, end);
    let text = broken ? record : "";
    for (const token of broken ? [] : indented(record)) {
      text += token;
      if (performance.now() < until) continue;
      await turn();
      until = performance.now() + TURN_MS;
    }
    texts.push(text);
  }
  return texts.join("\n");
}
