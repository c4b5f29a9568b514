/**
 * Lays valid JSON out over lines without reading its values: numbers keep every digit, strings
 * their escapes, and keys that occur twice occur twice. No DOM in here.
 *
 * @typedef {"key" | "string" | "number" | "word" | "plain"} Tone
 * @typedef {{tone: Tone, text: string}} Run
 */

const INDENT = "  ";

/** Deeper levels are not indented further: a body of a million "[" must stay a few megabytes. */
const DEEPEST_INDENT = 16;

/**
 * @param {string} json  what JSON.parse takes
 * @param {number} [limit]  stop after so many characters
 * @returns {{runs: Run[], cut: boolean}}
 */
export function prettyJson(json, limit = Number.POSITIVE_INFINITY) {
  /** @type {Run[]} */
  const runs = [];
  let room = limit;
  for (const run of layOut(json)) {
    if (run.text.length > room) {
      append(runs, { tone: run.tone, text: run.text.slice(0, room) });
      return { runs, cut: true };
    }
    append(runs, run);
    room -= run.text.length;
  }
  return { runs, cut: false };
}

/**
 * @param {Run[]} runs
 * @param {Run} run
 */
function append(runs, run) {
  const last = runs.at(-1);
  if (last?.tone === run.tone) last.text += run.text;
  else runs.push({ ...run });
}

/**
 * @param {string} json
 * @returns {Generator<Run>}
 */
function* layOut(json) {
  let depth = 0;
  let before = "";
  for (const [token, next] of tokens(json)) {
    if ("}]".includes(token)) depth--;
    const text = lead(before, token, depth);
    if (text) yield { tone: "plain", text };
    yield { tone: toneOf(token, next), text: token };
    if ("{[".includes(token)) depth++;
    before = token;
  }
}

/**
 * The white space in front of a token.
 * @param {string} before  the token before it
 * @param {string} token
 * @param {number} depth
 */
function lead(before, token, depth) {
  if (before === ":") return " ";
  const opened = before === "{" || before === "[";
  const closes = token === "}" || token === "]";
  if (opened && closes) return "";
  if (opened || closes || before === ",") return newLine(depth);
  return "";
}

/** @param {number} depth */
function newLine(depth) {
  return `\n${INDENT.repeat(Math.min(depth, DEEPEST_INDENT))}`;
}

/**
 * @param {string} token
 * @param {string} next  the first character of the token after it
 * @returns {Tone}
 */
function toneOf(token, next) {
  if (token[0] === '"') return next === ":" ? "key" : "string";
  if (/^[-\d]/.test(token)) return "number";
  return /^[a-z]/.test(token) ? "word" : "plain";
}

/**
 * Each token with the first character of the one behind it.
 * @param {string} json
 * @returns {Generator<[token: string, next: string]>}
 */
function* tokens(json) {
  let start = skipBlanks(json, 0);
  while (start < json.length) {
    const end = tokenEnd(json, start);
    const next = skipBlanks(json, end);
    yield [json.slice(start, end), json.charAt(next)];
    start = next;
  }
}

/**
 * @param {string} json
 * @param {number} at
 */
function skipBlanks(json, at) {
  while (at < json.length && " \t\n\r".includes(json[at])) at++;
  return at;
}

/**
 * @param {string} json
 * @param {number} start
 */
function tokenEnd(json, start) {
  if (json[start] === '"') return stringEnd(json, start);
  let end = start + 1;
  if ("{}[],:".includes(json[start])) return end;
  while (end < json.length && !' \t\n\r{}[],:"'.includes(json[end])) end++;
  return end;
}

/**
 * @param {string} json
 * @param {number} start
 */
function stringEnd(json, start) {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}
