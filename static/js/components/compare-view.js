import { html, LitElement } from "lit";
import { compare } from "../compare/compare.js";
import { fullTime, visible } from "../text/format.js";
import { subpathAndQuery, textOfLine } from "../wire/captured.js";
import { compareRow } from "./compare-row.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */
/** @typedef {import("../compare/compare.js").Section} Section */

/** Rows of a section that are rendered at first. */
const FIRST_ROWS = 100;

/**
 * Compares two captured requests side by side, or one above the other on a phone.
 * @fires close-compare  the user closes the comparison
 */
export class CompareView extends LitElement {
  static properties = {
    left: { attribute: false },
    right: { attribute: false },
    opened: { type: Boolean },
    sections: { state: true },
    rows: { state: true },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.left = undefined;
    /** @type {CapturedRequest | undefined} */
    this.right = undefined;
    /** Whether the user opened it, rather than moving past it with the arrow keys. */
    this.opened = false;
    /** @type {Section[] | null} null: not compared yet */
    this.sections = null;
    this.rows = FIRST_ROWS;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("left") || changed.has("right")) this.compare();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("opened") && this.opened) this.querySelector("h2")?.focus();
  }

  async compare() {
    const { left, right } = this;
    this.sections = null;
    this.rows = FIRST_ROWS;
    const sections = left && right && (await compare(left, right));
    if (sections && left === this.left && right === this.right) this.sections = sections;
  }

  render() {
    const { left, right, sections } = this;
    if (!left || !right) return;
    return html`
      <article class="compare" aria-labelledby="compare-title" @keydown=${this.onKey}>
        <header class="compare-head">
          <h2 id="compare-title" tabindex="-1">Compare</h2>
          <p role="status">${sections ? countText(sections) : "Comparing…"}</p>
          <button type="button" class="button" @click=${this.swap}>Swap</button>
          <button type="button" class="button" @click=${this.close}>Close</button>
        </header>
        <div class="compare-pair">${side("Left", left)} ${side("Right", right)}</div>
        ${sections?.map((section) => this.section(section))}
      </article>
    `;
  }

  /** @param {Section} section */
  section({ title, rows, note }) {
    return html`
      <section aria-label=${title}>
        <h3>${title}</h3>
        ${note ? html`<p class="compare-note">${note}</p>` : ""}
        <ol class="compare-rows">${rows.slice(0, this.rows).map(compareRow)}</ol>
        ${rows.length > this.rows ? html`<button type="button" class="button" @click=${this.showMore}>Show ${FIRST_ROWS} more</button>` : ""}
      </section>
    `;
  }

  showMore() {
    this.rows += FIRST_ROWS;
  }

  swap() {
    [this.left, this.right] = [this.right, this.left];
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Escape") this.close();
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-compare", { bubbles: true }));
  }
}

/** @param {Section[]} sections */
function countText(sections) {
  const different = sections.flatMap(({ rows }) => rows).filter(({ kind }) => kind !== "same");
  const count = different.length.toLocaleString("en-US");
  if (different.length === 0) return "No differences";
  return different.length === 1 ? "1 difference" : `${count} differences`;
}

/**
 * @param {string} name
 * @param {CapturedRequest} request
 */
function side(name, request) {
  return html`<div class="compare-side">
    <strong>${name}</strong>
    <time datetime=${request.received_at}>${fullTime(request.received_at)}</time>
    <span class="captured captured-line">${visible(`${request.method} ${textOfLine(subpathAndQuery(request))}`)}</span>
  </div>`;
}

customElements.define("compare-view", CompareView);
