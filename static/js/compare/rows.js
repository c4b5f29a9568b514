/**
 * What a comparison is made of. Does not use the DOM.
 *
 * @typedef {object} Row
 * @property {"same" | "changed" | "added" | "removed"} kind  added: only the right one has it
 * @property {string} left   "" where there is none
 * @property {string} right
 * @property {number} lines  more than one only where they are the same
 *
 * @typedef {{rows: Row[], note: string}} Compared  note: how, where that is not plain
 */

/**
 * Rows that are the same, one after the other, become one.
 * @param {Row[]} rows
 */
export function folded(rows) {
  /** @type {Row[]} */
  const kept = [];
  for (const each of rows) {
    const last = kept.at(-1);
    if (last?.kind !== "same" || each.kind !== "same") kept.push(each);
    else {
      last.left += `\n${each.left}`;
      last.right += `\n${each.right}`;
      last.lines += each.lines;
    }
  }
  return kept;
}

/**
 * @param {Row["kind"]} kind
 * @param {string} left
 * @param {string} right
 * @returns {Row}
 */
export function row(kind, left, right, lines = 1) {
  return { kind, left, right, lines };
}
