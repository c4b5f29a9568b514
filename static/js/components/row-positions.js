/** Where the rows of a long list are, without laying them out. No DOM in here. */

/**
 * Where each row begins, and last where the list ends.
 * @param {readonly number[]} heights
 */
export function startsOf(heights) {
  const starts = [0];
  let end = 0;
  for (const height of heights) {
    end += height;
    starts.push(end);
  }
  return starts;
}

/**
 * The row at a distance from the list's start; the first or last one when that is outside.
 * @param {readonly number[]} starts
 * @param {number} distance
 */
export function rowAt(starts, distance) {
  let low = 0;
  let high = Math.max(starts.length - 2, 0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle] <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The rows that touch a stretch of the list, and besides those that must not be missing.
 * @param {readonly number[]} starts
 * @param {{top: number, bottom: number}} stretch
 * @param {readonly number[]} besides
 * @returns {number[]} in their order
 */
export function rowsIn(starts, { top, bottom }, besides) {
  if (starts.length === 1) return [];
  const rows = new Set(besides);
  const last = rowAt(starts, bottom);
  for (let row = rowAt(starts, top); row <= last; row++) rows.add(row);
  return [...rows].sort((one, other) => one - other);
}
