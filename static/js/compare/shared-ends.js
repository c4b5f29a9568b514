/** Find the common beginning and end of two texts. Does not use the DOM. */

import { excerpt } from "../text/excerpt.js";

const MAX_APART = 2000;
const MAX_AROUND = 200;

/**
 * Return the lengths of the common beginning and of the common end, which do not overlap.
 * @param {string} left
 * @param {string} right
 */
export function commonLengths(left, right) {
  const limit = Math.min(left.length, right.length);
  let start = 0;
  let end = 0;
  // Large steps first: engines compare slices far faster than characters.
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    while (start + step <= limit && left.startsWith(right.slice(start, start + step), start)) {
      start += step;
    }
  }
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    const fits = () => start + end + step <= limit;
    const next = () => right.slice(right.length - end - step, right.length - end);
    while (fits() && left.endsWith(next(), left.length - end)) end += step;
  }
  return { start, end };
}

/**
 * Split a text into the common beginning, the different part and the common end, each shortened for
 * display.
 * @param {string} text
 * @param {string} other
 */
export function splitAtDifference(text, other) {
  const common = commonLengths(text, other);
  let start = common.start;
  let end = text.length - common.end;
  if (isInside(text, start)) start--;
  if (isInside(text, end)) end++;
  const lead = start > MAX_AROUND ? "…" : "";
  return {
    before: lead + text.slice(Math.max(0, start - MAX_AROUND), start),
    part: excerpt(text.slice(start, end), MAX_APART),
    after: text.slice(end, end + MAX_AROUND) + (text.length - end > MAX_AROUND ? "…" : ""),
  };
}

/**
 * Check whether an index is inside a surrogate pair.
 * @param {string} text
 * @param {number} at
 */
function isInside(text, at) {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
