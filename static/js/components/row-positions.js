/** Positions of the rows of a long list, computed without a layout. Uses no DOM. */

/**
 * Return the start of each row, followed by the end of the list.
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
 * Return the row at a distance from the start of the list, or the nearest row.
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
 * Return the rows that overlap a range of the list, and the required rows.
 * @param {readonly number[]} starts
 * @param {{top: number, bottom: number}} range
 * @param {readonly number[]} required
 * @returns {number[]} in their order
 */
export function rowsIn(starts, { top, bottom }, required) {
  if (starts.length === 1) return [];
  const rows = new Set(required);
  const last = rowAt(starts, bottom);
  for (let row = rowAt(starts, top); row <= last; row++) rows.add(row);
  return [...rows].sort((one, other) => one - other);
}
