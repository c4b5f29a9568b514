/**
 * Find the records of a body with one JSON text per line (NDJSON, JSON Lines), or with one after each
 * record separator (RFC 7464). Does not use the DOM.
 *
 * @typedef {import("./json-tree.js").RecordPlace} RecordPlace
 */

import { errorIndex } from "./json-check.js";
import { skipWhitespace } from "./json-text.js";

const TYPE =
  /^(?:application|text)\/(?:(?:x-)?(?:nd-?json|json-?lines|jsonl|json-stream|ldjson)|stream\+json|(?:[\w.-]+\+)?json-seq)$/;

const SEPARATOR = "\x1e";

/** Lines without a type are records only if the first ones are objects or arrays. */
const MIN_RECORDS = 2;
const MAX_FIRST_CHARACTERS = 64 * 1024;

/** Later records are only in the raw view. */
export const MAX_RECORDS = 100_000;

/**
 * Check whether a body has records: by its type, or by its first lines.
 * @param {string} text
 * @param {string} mediaType
 */
export function hasRecords(text, mediaType) {
  if (TYPE.test(mediaType)) return text.trim() !== "";
  if (!/^\s*[{[]/.test(text)) return false;
  const lines = text
    .slice(0, MAX_FIRST_CHARACTERS)
    .split("\n", 8)
    .filter((line) => line.trim());
  const first = lines.slice(0, MIN_RECORDS);
  return first.length === MIN_RECORDS && first.every(isObject);
}

/** @param {string} line */
function isObject(line) {
  return /^\s*[{[]/.test(line) && errorIndex(line) < 0;
}

/**
 * Return the first records of a text. Empty lines are not records.
 * @param {string} text
 * @returns {RecordPlace[]}
 */
export function recordsOf(text) {
  const mark = text.includes(SEPARATOR) ? SEPARATOR : "\n";
  const records = [];
  for (let start = 0; start < text.length && records.length < MAX_RECORDS; ) {
    const found = text.indexOf(mark, start);
    const next = found < 0 ? text.length : found;
    const record = text.slice(start, next);
    const from = skipWhitespace(record, 0);
    if (from < record.length) {
      const end = start + record.trimEnd().length;
      records.push({ start: start + from, end, broken: errorIndex(record) >= 0 });
    }
    start = next + 1;
  }
  return records;
}
