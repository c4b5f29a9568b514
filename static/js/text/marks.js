/** Find the words of a filter or a search in a text, to mark them. Does not use the DOM. */

/**
 * @typedef {object} Part  all parts joined are the text
 * @property {string} text
 * @property {boolean} hit  it contains one of the needles
 */

/** Maximum hits in one text. The rest of the text stays unmarked. */
export const MAX_HITS = 1000;

/**
 * Split a text at the places where it contains one of the needles. Ignores case. Hits that overlap
 * become one.
 * @param {string} text
 * @param {readonly string[]} needles
 * @returns {Part[]}
 */
export function marked(text, needles) {
  const parts = [];
  let end = 0;
  for (const hit of hitsIn(text, needles)) {
    if (hit.start > end) parts.push({ text: text.slice(end, hit.start), hit: false });
    parts.push({ text: text.slice(hit.start, hit.end), hit: true });
    end = hit.end;
  }
  if (end < text.length) parts.push({ text: text.slice(end), hit: false });
  return parts;
}

/**
 * Return the places of the needles in a text, in order and without overlaps.
 * @param {string} text
 * @param {readonly string[]} needles
 * @param {number} [most]  maximum number of hits
 * @returns {{start: number, end: number}[]}
 */
export function hitsIn(text, needles, most = MAX_HITS) {
  const folded = fold(text);
  const cursors = needles.filter(Boolean).map((needle) => cursorOf(folded, fold(needle)));
  /** @type {{start: number, end: number}[]} */
  const hits = [];
  for (;;) {
    const next = first(cursors);
    if (!next || next.at < 0) return hits;
    const last = hits.at(-1);
    const end = next.at + next.needle.length;
    if (last && next.at < last.end) last.end = Math.max(last.end, end);
    else if (hits.length === most) return hits;
    else hits.push({ start: next.at, end });
    next.at = folded.indexOf(next.needle, end);
  }
}

/**
 * @param {string} folded
 * @param {string} needle
 */
function cursorOf(folded, needle) {
  return { needle, at: folded.indexOf(needle) };
}

/**
 * Return the cursor that is at the earliest hit, or one that has no hits left.
 * @param {{needle: string, at: number}[]} cursors
 */
function first(cursors) {
  return cursors.reduce((best, each) => {
    return each.at >= 0 && (best.at < 0 || each.at < best.at) ? each : best;
  }, cursors[0]);
}

/**
 * Return the text in lower case and in the same length, so that places in one are places in the other.
 * @param {string} text
 */
function fold(text) {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replace(/[\s\S]/gu, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character; // "İ" becomes two characters
  });
}
