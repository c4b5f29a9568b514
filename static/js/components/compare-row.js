import { html, nothing } from "lit";
import { splitAtDifference } from "../compare/shared-ends.js";
import { excerpt, isLong } from "../text/excerpt.js";
import { visible } from "../text/format.js";

/** Maximum length of identical text that is shown. */
const MAX_CHARACTERS = 8000;

/** Minimum lines to fold; folding fewer saves no space. */
const MIN_FOLDED = 3;

const SIGNS = { changed: "~", added: "+", removed: "−" };
const WORDS = { changed: "Changed", added: "Only on the right", removed: "Only on the left" };

/**
 * Render one row of a comparison.
 * @param {import("../compare/rows.js").Row} row
 */
export function compareRow({ kind, left, right, lines }) {
  if (kind === "same") return same(left, right, lines);
  return html`<li class="compare-pair" data-kind=${kind}>
    ${kind === "added" ? html`<div></div>` : cell(kind, "left", left, right)}
    ${kind === "removed" ? html`<div></div>` : cell(kind, "right", right, left)}
  </li>`;
}

/**
 * @param {string} left
 * @param {string} right
 * @param {number} lines
 */
function same(left, right, lines) {
  const [mine, theirs] = [left, right].map((text) => visible(excerpt(text, MAX_CHARACTERS)));
  if (lines >= MIN_FOLDED) {
    return html`<li>
      <details>
        <summary>${lines.toLocaleString("en-US")} identical</summary>
        <div class="compare-same captured">${mine}</div>
      </details>
    </li>`;
  }
  return html`<li class="compare-pair">
    <div class="compare-same captured" ?data-long=${isLong(left)} tabindex=${isLong(left) ? 0 : nothing}>${mine}</div>
    <div class="compare-same captured" ?data-long=${isLong(right)} tabindex=${isLong(right) ? 0 : nothing}>${theirs}</div>
  </li>`;
}

/**
 * @param {"changed" | "added" | "removed"} kind
 * @param {string} where
 * @param {string} text
 * @param {string} other
 */
function cell(kind, where, text, other) {
  const { before, part, after } = splitAtDifference(text, other);
  return html`<div class="compare-cell">
    <span aria-hidden="true">${SIGNS[kind]}</span>
    <span class="visually-hidden">${kind === "changed" ? `Changed, ${where}` : WORDS[kind]}:</span>
    <span class="captured" ?data-long=${isLong(text)} tabindex=${isLong(text) ? 0 : nothing}>${shown(before)}<mark>${shown(part)}</mark>${shown(after)}</span>
  </div>`;
}

/**
 * Make line breaks visible: they can be the only difference.
 * @param {string} text
 */
function shown(text) {
  return visible(text).replace(/[\r\n]/g, (end) => (end === "\n" ? "⟨U+000A⟩" : "⟨U+000D⟩"));
}
