import { html } from "lit";
import { visible } from "../text/format.js";
import { marked } from "../text/marks.js";

/**
 * Render captured text with the matches of the filter marked.
 * @param {string} text
 * @param {readonly string[]} [needles]
 */
export function withMarks(text, needles = []) {
  const shown = visible(text);
  if (needles.length === 0) return shown;
  const parts = marked(shown, needles.map(visible));
  return parts.map((part) => (part.hit ? html`<mark>${part.text}</mark>` : part.text));
}
