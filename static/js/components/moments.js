import { html } from "lit";
import { visible } from "../text/format.js";
import { meaningOf, piecesOf } from "../text/timestamps.js";

/**
 * Render captured text. Timestamps in it show their date on hover, focus or tap.
 * @param {string} text
 */
export function withMoments(text) {
  return piecesOf(text).map(({ text: piece, date }) =>
    date ? moment(piece, date) : visible(piece),
  );
}

/**
 * @param {string} text
 * @param {Date} date
 */
function moment(text, date) {
  return html`<time class="moment" tabindex="0" datetime=${date.toISOString()} title=${meaningOf(date)}>${text}</time>`;
}
