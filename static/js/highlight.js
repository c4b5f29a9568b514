/**
 * XML and HTML source in tones, tokenised by Prism. No DOM in here: text comes out as text.
 *
 * @typedef {"key" | "string" | "number" | "word" | "comment" | "plain"} Tone
 * @typedef {{tone: Tone, text: string}} Run
 */

/** @type {Record<string, Tone>} tones of Prism's names; what is not here is toned as what it is in */
const TONES = {
  tag: "key",
  "attr-name": "word",
  "attr-value": "string",
  comment: "comment",
  prolog: "comment",
  doctype: "comment",
  cdata: "string",
  entity: "number",
};

/** @returns {Promise<(source: string) => Run[]>} */
export async function markupHighlighter() {
  const prism = await loadPrism();
  return (source) => merged(runsOf(prism.tokenize(source, prism.languages.markup)));
}

/**
 * Prism reads its settings from a global, and its languages look for it there.
 * @returns {Promise<typeof import("prismjs")>}
 */
async function loadPrism() {
  const scope = /** @type {{Prism?: object}} */ (globalThis);
  scope.Prism ??= { manual: true, disableWorkerMessageHandler: true };
  // @ts-expect-error: the single files of Prism come without types
  const { default: prism } = await import("prismjs/components/prism-core.js");
  scope.Prism = prism;
  // @ts-expect-error: as above
  await import("prismjs/components/prism-markup.js");
  return prism;
}

/**
 * @param {import("prismjs").TokenStream} stream
 * @param {Tone} [tone]  of what it is in
 * @returns {Run[]}
 */
function runsOf(stream, tone = "plain") {
  if (typeof stream === "string") return [{ tone: stream.trim() ? tone : "plain", text: stream }];
  if (Array.isArray(stream)) return stream.flatMap((each) => runsOf(each, tone));
  return runsOf(stream.content, TONES[stream.type] ?? tone);
}

/**
 * Neighbours of one tone in one run: a page has less to lay out.
 * @param {Run[]} runs
 */
function merged(runs) {
  /** @type {Run[]} */
  const fewer = [];
  for (const run of runs) {
    const last = fewer.at(-1);
    if (last?.tone === run.tone) last.text += run.text;
    else fewer.push(run);
  }
  return fewer;
}
