import { html } from "lit";
import { meaningOf, piecesOf } from "../text/timestamps.js";
import { withMarks } from "./marks.js";

/**
 * Render captured text. Timestamps in it show their date on hover, focus or tap.
 * @param {string} text
 * @param {readonly string[]} [needles]  words to mark
 */
export function withTimestamps(text, needles) {
  return piecesOf(text).map(({ text: piece, date }) =>
    date ? timestamp(piece, date, needles) : withMarks(piece, needles),
  );
}

/**
 * @param {string} text
 * @param {Date} date
 * @param {readonly string[]} [needles]
 */
function timestamp(text, date, needles) {
  return html`<time class="timestamp" tabindex="0" datetime=${date.toISOString()} title=${meaningOf(date)}>${withMarks(text, needles)}</time>`;
}
