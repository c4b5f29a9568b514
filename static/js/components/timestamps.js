import { html } from "lit";
import { visible } from "../text/format.js";
import { meaningOf, piecesOf } from "../text/timestamps.js";

/**
 * Render captured text. Timestamps in it show their date on hover, focus or tap.
 * @param {string} text
 */
export function withTimestamps(text) {
  return piecesOf(text).map(({ text: piece, date }) =>
    date ? timestamp(piece, date) : visible(piece),
  );
}

/**
 * @param {string} text
 * @param {Date} date
 */
function timestamp(text, date) {
  return html`<time class="timestamp" tabindex="0" datetime=${date.toISOString()} title=${meaningOf(date)}>${text}</time>`;
}
