import { html } from "lit";
import { Sheet } from "./sheet.js";

/**
 * Asks before a single key empties the list: what is cleared is nowhere else.
 * @fires clear-requests
 */
export class ClearSheet extends Sheet {
  static properties = { count: { type: Number } };

  constructor() {
    super();
    this.count = 0;
    this.heading = "Clear the list?";
  }

  content() {
    const all =
      this.count === 1 ? "1 request is" : `${this.count.toLocaleString("en-US")} requests are`;
    return html`
      <p>${all} kept by this page and nowhere else.</p>
      <div class="sheet-foot">
        <button type="button" class="button" @click=${this.hide}>Keep</button>
        <button type="button" class="button primary" autofocus @click=${this.clear}>Clear</button>
      </div>
    `;
  }

  clear() {
    this.hide();
    this.dispatchEvent(new CustomEvent("clear-requests", { bubbles: true }));
  }
}

customElements.define("clear-sheet", ClearSheet);
