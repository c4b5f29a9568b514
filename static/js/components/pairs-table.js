import { html, LitElement, nothing } from "lit";
import { excerpt, isLong } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import "./copy-button.js";
import { define } from "./define.js";
import "./json-fold.js";
import { LoadsOnScroll } from "./loads-on-scroll.js";
import { withMarks } from "./marks.js";
import { withTimestamps } from "./timestamps.js";

/** Rows, and characters of a value, that are rendered at first. */
const FIRST_ROWS = 50;
export const MAX_CHARACTERS = 4000;

/** Names and values in their order, with duplicates. Each value has a copy button. */
export class PairsTable extends LitElement {
  static properties = {
    pairs: { attribute: false },
    label: {},
    needles: { attribute: false },
    folds: { type: Boolean },
    rows: { state: true },
  };

  constructor() {
    super();
    /** @type {[string, string][]} */
    this.pairs = [];
    this.label = "";
    /** Words to mark. @type {readonly import("../state/no-filter.js").Needle[]} */
    this.needles = [];
    /** Whether values that are JSON can be shown as trees. */
    this.folds = false;
    this.rows = FIRST_ROWS;
    this.loads = new LoadsOnScroll(this, () => this.more());
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("pairs")) return;
    this.rows = FIRST_ROWS;
    this.loads.renew();
  }

  render() {
    const more = this.pairs.length > this.rows;
    return html`
      <table class="pairs" aria-label=${this.label}>
        <tbody>${this.pairs.slice(0, this.rows).map((pair) => row(pair, this))}</tbody>
      </table>
      ${more ? html`<button part="button" type="button" class="button" data-more @click=${this.pressMore}>Show ${FIRST_ROWS} more</button>` : ""}
    `;
  }

  more() {
    this.rows += FIRST_ROWS;
  }

  /** Show at least this many rows, a few in each frame. @param {number} rows */
  async showUntil(rows) {
    const { pairs } = this;
    while (this.rows < rows && pairs === this.pairs) {
      this.more();
      await this.updateComplete;
      await new Promise(requestAnimationFrame);
    }
  }

  pressMore() {
    this.loads.renew();
    this.more();
  }
}

/**
 * @param {[string, string]} pair
 * @param {Pick<PairsTable, "needles" | "folds">} table
 */
function row([name, value], { needles, folds }) {
  const words = wordsFor(needles, name);
  return html`<tr>
    <th scope="row"><span class="captured">${withMarks(name, words)}</span></th>
    <td>
      <div class="pairs-value">
        <span class="captured" ?data-long=${isLong(value)} tabindex=${isLong(value) ? 0 : nothing}>${withTimestamps(excerpt(value, MAX_CHARACTERS), words)}</span>
        <webhook-copy-button .text=${value} label="" what="Copy the value of ${visible(name)}"></webhook-copy-button>
      </div>
      ${folds ? html`<webhook-json-fold .text=${value}></webhook-json-fold>` : ""}
    </td>
  </tr>`;
}

/**
 * Return the words to mark in one row.
 * @param {readonly import("../state/no-filter.js").Needle[]} needles
 * @param {string} name  of the row
 */
function wordsFor(needles, name) {
  return needles.flatMap((each) => {
    if (typeof each === "string") return each;
    return each.name === name.toLowerCase() ? each.text : [];
  });
}

define("webhook-pairs-table", PairsTable);
