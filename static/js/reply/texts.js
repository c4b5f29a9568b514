/**
 * Texts of a reply's form, and the values that they represent. Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 */

import { trimOws } from "../wire/captured.js";

/** An error in a reply, with the field that it concerns. */
export class ReplyProblem extends Error {
  /**
   * @param {string} message
   * @param {string} [field]
   */
  constructor(message, field = "") {
    super(message);
    this.field = field;
  }
}

/**
 * Convert a text to a number. Return other text unchanged: the server then reports the error.
 * @param {string} text
 */
export function numberOrText(text) {
  const value = text.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : text;
}

/** @param {HeaderLine[]} headers */
export function headersText(headers) {
  return headers.map(([name, value]) => `${name}: ${value}`).join("\n");
}

/**
 * Parse one "Name: value" per line. Throws a `ReplyProblem` for the field.
 * @param {string} text
 * @param {string} [field]
 * @returns {HeaderLine[]}
 */
export function headersOf(text, field = "headers") {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 0)
      throw new ReplyProblem(`“${line.trim()}” has no colon. Write “Name: value”.`, field);
    return [trimOws(line.slice(0, colon)), trimOws(line.slice(colon + 1))];
  });
}

/**
 * Parse JSON. Throws a `ReplyProblem` for the field.
 * @param {string} text
 * @param {string} field
 */
export function jsonOf(text, field) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReplyProblem(`This is not JSON: ${/** @type {Error} */ (error).message}`, field);
  }
}
