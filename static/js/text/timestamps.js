/**
 * Find and explain Unix timestamps in a text. Does not use the DOM.
 *
 * @typedef {object} Piece  a part of a text; all pieces joined are the text
 * @property {string} text
 * @property {Date | null} date  the date of a timestamp
 */

import { fullTime } from "./format.js";

/** Ten digits with or without a fraction, or thirteen: 2001 to 2096 in seconds or milliseconds. */
const NUMBERS = /(?<![\w.-])(?:[1-3]\d{9}(?:\.\d{1,9})?|[1-3]\d{12})(?![\w-]|\.\d)/g;

/** Maximum length of a timestamp: seconds, a dot, nine digits. */
const MAX_LENGTH = 20;

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function piecesOf(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: number, index } of text.matchAll(NUMBERS)) {
    if (index > end) pieces.push({ text: text.slice(end, index), date: null });
    pieces.push({ text: number, date: dateOf(number) });
    end = index + number.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), date: null });
  return pieces;
}

/** @param {string} number */
function dateOf(number) {
  return new Date(Number(number) * (number.length === 13 ? 1 : 1000));
}

/**
 * Format a date in the user's time zone and in UTC:
 * "22 Nov 2026, 14:03:22.000 (2026-11-22T13:03:22.000Z)".
 * @param {Date} date
 */
export function meaningOf(date) {
  const iso = date.toISOString();
  return `${fullTime(iso)} (${iso})`;
}

/**
 * Explain a text that is a timestamp, or return "".
 * @param {string} text
 */
export function explained(text) {
  if (text.length > MAX_LENGTH) return "";
  const [first, ...more] = piecesOf(text);
  return first?.date && more.length === 0 ? meaningOf(first.date) : "";
}

/** "2026-11-25T13:03:22Z" or "Wed, 25 Nov 2026 13:03:22 GMT". `Date` also reads "1" as a date. */
const DATES =
  /^(?:\d{4}-\d\d-\d\d[T ]|(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} )\d\d:\d\d.{0,24}$/;

/**
 * Return the date of a provider's timestamp, or null: seconds or milliseconds since 1970, or a date.
 * @param {string} text
 */
export function sentDate(text) {
  if (text.length <= MAX_LENGTH) {
    const [first, ...more] = piecesOf(text);
    if (first?.date && more.length === 0) return first.date;
  }
  const date = new Date(DATES.test(text) ? text : "");
  return Number.isNaN(date.getTime()) ? null : date;
}

/** @type {[name: string, seconds: number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/**
 * Format a duration in the largest unit that fits: "3 days", "1 minute", "0 seconds".
 * @param {number} milliseconds
 */
export function span(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const [name, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[UNITS.length - 1];
  const count = Math.floor(seconds / size);
  return `${count.toLocaleString("en-US")} ${name}${count === 1 ? "" : "s"}`;
}
