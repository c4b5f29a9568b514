/** Parse the parameters of a header value (RFC 9110, section 5.6.6): `a/b; x=1; y="2"`. Does not use the DOM. */

import { trimOws } from "../wire/captured.js";

/** A sender can write any number of parameters; later ones are ignored. */
const MAX_PARAMETERS = 32;

const NAME = /[ \t;]*([^ \t;="]*)[ \t]*/y;
const QUOTED = /[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"?/sy;
const TO_SEMICOLON = /[^;]*/y;

/**
 * Return the parameters by their lower-case names. The first parameter of a name counts.
 * @param {string} value
 * @returns {Map<string, string>}
 */
export function parametersOf(value) {
  const found = new Map();
  for (let at = value.indexOf(";"); at >= 0 && at < value.length; ) {
    if (found.size === MAX_PARAMETERS) break;
    const [written, nameEnd] = match(NAME, value, at);
    const name = written.toLowerCase();
    const isNamed = name !== "" && value[nameEnd] === "=";
    const [text, end] = isNamed ? textAt(value, nameEnd + 1) : ["", nameEnd];
    if (isNamed && !found.has(name)) found.set(name, text);
    at = match(TO_SEMICOLON, value, end)[1];
  }
  return found;
}

/**
 * Return a parameter's value and its end. A backslash escapes only a quote or a backslash, because
 * browsers do not escape backslashes in file names.
 * @param {string} value
 * @param {number} start
 * @returns {[text: string, end: number]}
 */
function textAt(value, start) {
  const [quoted, end] = match(QUOTED, value, start);
  if (end > start) return [quoted.replace(/\\(["\\])/g, "$1"), end];
  const semicolon = match(TO_SEMICOLON, value, start)[1];
  return [trimOws(value.slice(start, semicolon)), semicolon];
}

/**
 * Return the group of a sticky pattern and the end of the match, which is the start without a match.
 * @param {RegExp} sticky
 * @param {string} text
 * @param {number} at
 * @returns {[text: string, end: number]}
 */
function match(sticky, text, at) {
  sticky.lastIndex = at;
  const found = sticky.exec(text);
  return [found?.[1] ?? "", found ? sticky.lastIndex : at];
}
