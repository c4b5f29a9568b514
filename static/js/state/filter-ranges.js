/**
 * Sizes and statuses in a filter: `>10kB`, `1kB..5kB`, `4xx`, `>=400`. Uses no DOM.
 *
 * @typedef {import("./filter-parser.js").Range} Range
 */

const AMOUNTS = { size: sizeOf, status: statusOf };

/** @type {Record<string, number>} */
const UNITS = {
  "": 1,
  k: 10 ** 3,
  m: 10 ** 6,
  g: 10 ** 9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Texts that complete a value: while one of them does, the user may still be typing it. */
const ENDINGS = {
  size: ["9", "gb", "999999999999gb", ".999999999999gb"],
  status: ["9", "99", "999", ".999", "x", "xx"],
};

/** @type {Record<string, (amount: number) => Range>} */
const COMPARISONS = {
  "": (amount) => ({ low: amount, high: amount }),
  "=": (amount) => ({ low: amount, high: amount }),
  ">": (amount) => ({ low: amount + 1, high: Number.POSITIVE_INFINITY }),
  ">=": (amount) => ({ low: amount, high: Number.POSITIVE_INFINITY }),
  "<": (amount) => ({ low: 0, high: amount - 1 }),
  "<=": (amount) => ({ low: 0, high: amount }),
};

/**
 * Return the range that a value describes, or null if it is invalid.
 * @param {string} field  size or status
 * @param {string} value  in lower case
 * @returns {Range | null}
 */
export function rangeOf(field, value) {
  const text = value.replaceAll(" ", "");
  const amountOf = AMOUNTS[/** @type {keyof typeof AMOUNTS} */ (field)];
  const classOf = field === "status" ? /^([1-5])xx$/.exec(text) : null;
  if (classOf) return { low: Number(classOf[1]) * 100, high: Number(classOf[1]) * 100 + 99 };
  const dots = text.indexOf("..");
  if (dots > 0) return between(amountOf(text.slice(0, dots)), amountOf(text.slice(dots + 2)));
  const sign = /^[<>]?=?/.exec(text)?.[0] ?? "";
  const amount = amountOf(text.slice(sign.length));
  return amount === null ? null : COMPARISONS[sign](amount);
}

/**
 * @param {number | null} low
 * @param {number | null} high
 */
function between(low, high) {
  return low !== null && high !== null && low <= high ? { low, high } : null;
}

/**
 * Whether more characters can make a value valid.
 * @param {string} field  size or status
 * @param {string} value  in lower case
 */
export function isIncomplete(field, value) {
  const endings = ENDINGS[/** @type {keyof typeof ENDINGS} */ (field)];
  return endings.some((ending) => rangeOf(field, value + ending) !== null);
}

/**
 * Return a number of bytes. k, M and G are powers of 1000; Ki, Mi and Gi are powers of 1024.
 * @param {string} text
 */
function sizeOf(text) {
  const found = /^([0-9]{1,12}(?:\.[0-9]{1,3})?)((?:[kmg]i?)?)b?$/.exec(text);
  return found && Math.floor(Number(found[1]) * UNITS[found[2]] + 0.5);
}

/** @param {string} text */
function statusOf(text) {
  return /^[1-9][0-9]{2}$/.test(text) ? Number(text) : null;
}
