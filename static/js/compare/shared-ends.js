/** What two texts begin and end with alike. Does not use the DOM. */

import { excerpt } from "../text/excerpt.js";

const MAX_APART = 2000;
const MAX_AROUND = 200;

/**
 * How many characters both begin with, and how many behind those both end with.
 * @param {string} left
 * @param {string} right
 */
export function shared(left, right) {
  const most = Math.min(left.length, right.length);
  let start = 0;
  let end = 0;
  // Large steps first: engines compare slices far faster than characters.
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    while (start + step <= most && left.startsWith(right.slice(start, start + step), start)) {
      start += step;
    }
  }
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    const fits = () => start + end + step <= most;
    const next = () => right.slice(right.length - end - step, right.length - end);
    while (fits() && left.endsWith(next(), left.length - end)) end += step;
  }
  return { start, end };
}

/**
 * A text in three, as far as it is shown: what another begins with too, what only this one has, and
 * what both end with.
 * @param {string} text
 * @param {string} other
 */
export function partedAt(text, other) {
  const common = shared(text, other);
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
 * Whether two halves of one character meet there.
 * @param {string} text
 * @param {number} at
 */
function isInside(text, at) {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
