/**
 * Compare two texts line by line. Does not use the DOM.
 *
 * @typedef {import("./rows.js").Compared} Compared
 */

import { turn } from "../browser/turn.js";
import { mergeEqual, row } from "./rows.js";
import { commonLengths } from "./shared-ends.js";

const MAX_LINES = 10_000;
/** More edits, or more comparisons (lines times edits), would block the page. */
const MAX_EDITS = 500;
const MAX_COMPARISONS = 2_000_000;

const NOTES = {
  truncated: `Only ${MAX_LINES.toLocaleString("en-US")} lines after the first difference are compared.`,
  different: "The texts differ too much to match their lines, so the lines are compared in order.",
};

/**
 * @param {string} left
 * @param {string} right
 * @param {string} note
 * @returns {Promise<Compared>}
 */
export async function compareText(left, right, note) {
  const { diffArrays } = await import("./diff-arrays.js");
  await turn();
  const { head, tail } = commonEnds(left, right);
  const [mine, theirs] = [left, right].map((text) => linesOf(text.slice(head, text.length - tail)));
  await turn();
  const lines = Math.max(mine.lines.length, theirs.lines.length, 1);
  const maxEditLength = Math.min(MAX_EDITS, Math.floor(MAX_COMPARISONS / lines));
  const changes = diffArrays(mine.lines, theirs.lines, { maxEditLength });
  await turn();
  const rows = [
    ...sameRows(left.slice(0, head)),
    ...(changes ? rowsOf(changes) : pairLines(mine.lines, theirs.lines)),
    ...sameRows(left.slice(left.length - tail)),
  ];
  await turn();
  const notes = [
    note,
    (mine.truncated || theirs.truncated) && NOTES.truncated,
    !changes && NOTES.different,
  ];
  return { rows: mergeEqual(rows), note: notes.filter(Boolean).join(" ") };
}

/**
 * Return the lengths of the common lines at the beginning and at the end: most bodies differ little.
 * @param {string} left
 * @param {string} right
 */
function commonEnds(left, right) {
  const { start, end } = commonLengths(left, right);
  const head = start && left.lastIndexOf("\n", start - 1) + 1;
  const line = left.indexOf("\n", left.length - end) + 1;
  return { head, tail: line && left.length - line };
}

/** @param {string} text */
function linesOf(text) {
  const lines = [];
  let start = 0;
  while (start < text.length && lines.length < MAX_LINES) {
    const end = text.indexOf("\n", start) + 1 || text.length;
    lines.push(text.slice(start, end));
    start = end;
  }
  return { lines, truncated: start < text.length };
}

/**
 * Convert changes to rows. A removal followed by an addition is a change, line by line.
 * @param {{value: string[], added?: boolean, removed?: boolean}[]} changes
 */
function rowsOf(changes) {
  return changes.flatMap(({ value, added, removed }, at) => {
    if (removed) return pairLines(value, changes[at + 1]?.added ? changes[at + 1].value : []);
    if (added) return changes[at - 1]?.removed ? [] : pairLines([], value);
    return sameRows(value.join(""));
  });
}

/**
 * @param {string[]} left
 * @param {string[]} right
 */
function pairLines(left, right) {
  const longer = left.length > right.length ? left : right;
  return longer.map((_, at) => {
    if (at >= left.length) return row("added", "", withoutEnd(right[at]));
    if (at >= right.length) return row("removed", withoutEnd(left[at]), "");
    const ended = left[at].endsWith("\n") && right[at].endsWith("\n");
    if (!ended) return row("changed", left[at], right[at]);
    return row("changed", withoutEnd(left[at]), withoutEnd(right[at]));
  });
}

/** @param {string} line */
function withoutEnd(line) {
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}

/**
 * Return one row for equal text, or none for an empty text.
 * @param {string} text
 */
function sameRows(text) {
  if (text === "") return [];
  let lines = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return [row("same", withoutEnd(text), withoutEnd(text), lines)];
}
