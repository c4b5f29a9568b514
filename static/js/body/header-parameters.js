/** The parameters of a header value (RFC 9110, section 5.6.6): `a/b; x=1; y="2"`. Does not use the DOM. */

import { trimOws } from "../wire/captured.js";

/** A sender may write any number of them; nobody needs more. */
const MAX_PARAMETERS = 32;

const NAME = /[ \t;]*([^ \t;="]*)[ \t]*/y;
const QUOTED = /[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"?/sy;
const TO_SEMICOLON = /[^;]*/y;

/**
 * The parameters behind the first semicolon, their names in lower case; the first of a name counts.
 * @param {string} value
 * @returns {Map<string, string>}
 */
export function parametersOf(value) {
  const found = new Map();
  for (let at = value.indexOf(";"); at >= 0 && at < value.length; ) {
    if (found.size === MAX_PARAMETERS) break;
    const [written, behind] = match(NAME, value, at);
    const name = written.toLowerCase();
    const isNamed = name !== "" && value[behind] === "=";
    const [text, end] = isNamed ? textAt(value, behind + 1) : ["", behind];
    if (isNamed && !found.has(name)) found.set(name, text);
    at = match(TO_SEMICOLON, value, end)[1];
  }
  return found;
}

/**
 * A parameter's value, and where it ends. A backslash escapes a quote or a backslash only: browsers
 * send those of file names as they are.
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
 * What the group of a sticky pattern holds, and where the match ends: at the start if there is none.
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
