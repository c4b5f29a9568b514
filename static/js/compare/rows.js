/**
 * The rows of a comparison. Does not use the DOM.
 *
 * @typedef {object} Row
 * @property {"same" | "changed" | "added" | "removed"} kind  added: only in the right request
 * @property {string} left   or ""
 * @property {string} right  or ""
 * @property {number} lines  more than 1 only for equal lines
 *
 * @typedef {{rows: Row[], note: string}} Compared  note: how the values were compared, or ""
 */

/**
 * Merge consecutive equal rows.
 * @param {Row[]} rows
 */
export function mergeEqual(rows) {
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
