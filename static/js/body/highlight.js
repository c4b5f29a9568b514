/**
 * Highlight XML, HTML and GraphQL source in one pass: each pattern is tried at the end of the previous match.
 * Does not use the DOM.
 *
 * @typedef {"key" | "string" | "number" | "word" | "comment" | "plain"} Tone
 * @typedef {{tone: Tone, text: string}} Run
 * @typedef {[tone: Tone, pattern: RegExp][]} Grammar  the first pattern that matches wins
 */

/** An unclosed piece extends to the end of the source. @type {Grammar} */
const OUTSIDE = [
  ["comment", /<!--.*?(?:-->|$)/sy],
  ["string", /<!\[CDATA\[.*?(?:\]\]>|$)/sy],
  ["comment", /<\?.*?(?:\?>|$)/sy],
  ["comment", /<!\w[^<>[]*(?:\[[^\]]*\]?\s*)?>?/sy],
  ["key", /<\/?[^\s<>/=!?'"&]+/sy],
  ["number", /&#?\w{1,40};/sy],
  ["plain", /[^<&]+/sy],
  ["plain", /./sy], // always matches
];

/** @type {Grammar} */
const IN_A_TAG = [
  ["key", /\/?>/sy],
  ["string", /=\s*(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'<>=]+)/sy],
  ["plain", /\s+/sy],
  ["word", /[^\s"'<>/=]+/sy],
  ["plain", /["'/=]/sy],
];

/** @type {Grammar} */
const GRAPHQL = [
  ["comment", /#[^\n]*/sy],
  ["string", /"""(?:[^"]|"(?!""))*(?:"""|$)/sy],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"?/sy],
  ["word", /(?:query|mutation|subscription|fragment|on|true|false|null)\b/sy],
  ["key", /[$@][A-Za-z_]\w*/sy],
  ["plain", /[A-Za-z_]\w*|\s+/sy],
  ["number", /-?\d[\d.eE]*/sy],
  ["plain", /./sy], // always matches
];

/**
 * @param {string} source
 * @returns {Run[]}
 */
export function highlightGraphql(source) {
  /** @type {Run[]} */
  const runs = [];
  for (let at = 0; at < source.length; ) {
    const run = /** @type {Run} */ (runAt(GRAPHQL, source, at));
    at += run.text.length;
    addRun(runs, run);
  }
  return runs;
}

/**
 * @param {string} source
 * @returns {Run[]}
 */
export function highlight(source) {
  /** @type {Run[]} */
  const runs = [];
  for (let at = 0, inTag = false; at < source.length; ) {
    // A tag that begins inside a tag ends that tag.
    const found = (inTag && runAt(IN_A_TAG, source, at)) || runAt(OUTSIDE, source, at);
    const run = /** @type {Run} */ (found);
    at += run.text.length;
    if (run.tone === "key") inTag = !run.text.endsWith(">");
    addRun(runs, run);
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
 * Add a run, or extend the last one if it has the same tone, so that a page has fewer elements.
 * @param {Run[]} runs
 * @param {Run} run
 */
function addRun(runs, run) {
  const tone = run.text.trim() ? run.tone : "plain";
  const last = runs.at(-1);
  if (last?.tone === tone) last.text += run.text;
  else runs.push({ tone, text: run.text });
}
