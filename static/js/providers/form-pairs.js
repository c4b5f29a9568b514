/** The pairs of names and values in a form or a query. Does not use the DOM. */

import { bytesOf } from "../body/body.js";

/** Maximum fields of a form or a query; with more, it has no values. */
const MAX_FIELDS = 1000;

export const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Return the text of a form. U+FFFD replaces bytes that are not UTF-8.
 * @param {import("../body/body.js").Body} body
 */
export function formText(body) {
  if (body.encoding === "utf-8") return body.content;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(body));
}

/**
 * Return the pairs of a query or form, decoded.
 * @param {string} text
 */
export function pairsOf(text) {
  return [...new URLSearchParams(`&${text}`)]; // without the ampersand, it would drop a question mark
}

/**
 * Return the pairs of a query or form, decoded. One with too many fields counts as empty.
 * @param {string} text
 */
export function pairsWithin(text) {
  return text.split("&", MAX_FIELDS + 1).length > MAX_FIELDS ? [] : pairsOf(text);
}

/**
 * Return the first value of each name.
 * @param {[name: string, value: string][]} pairs
 */
export function firstOfEach(pairs) {
  return new Map([...pairs].reverse()); // a later entry of a Map replaces an earlier one
}

/**
 * Return the pairs in the order of their names, then of their values.
 * @param {[name: string, value: string][]} pairs
 */
export function sortedPairs(pairs) {
  return [...pairs].sort(comparePairs);
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
function comparePairs(one, other) {
  const at = one[0] === other[0] ? 1 : 0;
  return Number(one[at] > other[at]) - Number(one[at] < other[at]);
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
export function equalPairs(one, other) {
  return one[0] === other[0] && one[1] === other[1];
}
