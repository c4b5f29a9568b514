/**
 * XML and HTML source in tones, in one pass: each pattern is tried where the one before ended, and
 * takes what it reads. No DOM in here: text comes out as text.
 *
 * @typedef {"key" | "string" | "number" | "word" | "comment" | "plain"} Tone
 * @typedef {{tone: Tone, text: string}} Run
 * @typedef {[tone: Tone, pattern: RegExp][]} Grammar  the first that fits is taken
 */

/** A piece without an end reaches to the end of the source. @type {Grammar} */
const OUTSIDE = [
  ["comment", /<!--.*?(?:-->|$)/sy],
  ["string", /<!\[CDATA\[.*?(?:\]\]>|$)/sy],
  ["comment", /<\?.*?(?:\?>|$)/sy],
  ["comment", /<!\w[^<>[]*(?:\[[^\]]*\]?\s*)?>?/sy],
  ["key", /<\/?[^\s<>/=!?'"&]+/sy],
  ["number", /&#?\w{1,40};/sy],
  ["plain", /[^<&]+/sy],
  ["plain", /./sy], // fits always
];

/** @type {Grammar} */
const IN_A_TAG = [
  ["key", /\/?>/sy],
  ["string", /=\s*(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'<>=]+)/sy],
  ["plain", /\s+/sy],
  ["word", /[^\s"'<>/=]+/sy],
  ["plain", /["'/=]/sy],
];

/**
 * @param {string} source
 * @returns {Run[]}
 */
export function highlight(source) {
  /** @type {Run[]} */
  const runs = [];
  for (let at = 0, inTag = false; at < source.length; ) {
    // Another tag that begins in a tag ends it.
    const found = (inTag && runAt(IN_A_TAG, source, at)) || runAt(OUTSIDE, source, at);
    const run = /** @type {Run} */ (found);
    at += run.text.length;
    if (run.tone === "key") inTag = !run.text.endsWith(">");
    put(runs, run);
  }
  return runs;
}

/**
 * @param {Grammar} grammar
 * @param {string} source
 * @param {number} at
 * @returns {Run | null}
 */
function runAt(grammar, source, at) {
  for (const [tone, pattern] of grammar) {
    pattern.lastIndex = at;
    if (pattern.test(source)) return { tone, text: source.slice(at, pattern.lastIndex) };
  }
  return null;
}

/**
 * Neighbours of one tone in one run: a page has less to lay out.
 * @param {Run[]} runs
 * @param {Run} run
 */
function put(runs, run) {
  const tone = run.text.trim() ? run.tone : "plain";
  const last = runs.at(-1);
  if (last?.tone === tone) last.text += run.text;
  else runs.push({ tone, text: run.text });
}
