/**
 * Keyboard navigation in the rows of a JSON tree (WAI-ARIA, tree view pattern).
 *
 * @typedef {(rows: HTMLElement[], at: number) => HTMLElement | undefined} Move  returns the row to focus
 */

/** @type {Record<string, Move>} */
export const MOVES = {
  ArrowDown: (rows, at) => rows[at + 1],
  ArrowUp: (rows, at) => rows[at - 1],
  Home: (rows) => rows[0],
  End: (rows) => rows.at(-1),
  ArrowRight: (rows, at) => (expanded(rows[at]) === "false" ? toggle(rows[at]) : rows[at + 1]),
  ArrowLeft: (rows, at) => (expanded(rows[at]) === "true" ? toggle(rows[at]) : parentOf(rows[at])),
};

/** @param {HTMLElement} row */
function expanded(row) {
  return row.getAttribute("aria-expanded");
}

/** @param {HTMLElement} row */
function toggle(row) {
  row.click();
  return row;
}

/**
 * Return the row of the parent. A row is inside its node, which is inside the parent's node; a "Show
 * more" row is directly inside the parent's node.
 * @param {HTMLElement} row
 */
function parentOf(row) {
  const node = row.parentElement;
  const parent = row === node?.firstElementChild ? node.parentElement : node;
  return /** @type {HTMLElement | undefined} */ (parent?.querySelector(".json-row") ?? undefined);
}
