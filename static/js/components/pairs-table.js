import { html, LitElement, nothing } from "lit";
import { excerpt, isLong } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import "./copy-button.js";
import { define } from "./define.js";
import { withTimestamps } from "./timestamps.js";

/** Rows, and characters of a value, that are rendered at first. */
const FIRST_ROWS = 50;
const MAX_CHARACTERS = 4000;

/** Names and values in their order, with duplicates. Each value has a copy button. */
export class PairsTable extends LitElement {
  static properties = {
    pairs: { attribute: false },
    label: {},
    rows: { state: true },
  };

  constructor() {
    super();
    /** @type {[string, string][]} */
    this.pairs = [];
    this.label = "";
    this.rows = FIRST_ROWS;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("pairs")) this.rows = FIRST_ROWS;
  }

  render() {
    const more = this.pairs.length > this.rows;
    return html`
      <table class="pairs" aria-label=${this.label}>
        <tbody>${this.pairs.slice(0, this.rows).map(row)}</tbody>
      </table>
      ${more ? html`<button part="button" type="button" class="button" @click=${this.showMore}>Show ${FIRST_ROWS} more</button>` : ""}
    `;
  }

  showMore() {
    this.rows += FIRST_ROWS;
  }
}

/** @param {[string, string]} pair */
function row([name, value]) {
  return html`<tr>
    <th scope="row"><span class="captured">${visible(name)}</span></th>
    <td>
      <div class="pairs-value">
        <span class="captured" ?data-long=${isLong(value)} tabindex=${isLong(value) ? 0 : nothing}>${withTimestamps(excerpt(value, MAX_CHARACTERS))}</span>
        <webhook-copy-button .text=${value} label="" what="Copy the value of ${visible(name)}"></webhook-copy-button>
      </div>
    </td>
  </tr>`;
}

define("webhook-pairs-table", PairsTable);
