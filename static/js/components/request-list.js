import { html, LitElement } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { gapText, refusedText } from "../format.js";
import { gapIcon, refusedIcon } from "../icons.js";
import "./request-row.js";

/** @typedef {import("../store.js").Entry} Entry */

/** @type {Record<string, (at: number, last: number) => number>} */
const MOVES = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

/**
 * All requests, newest on top, with notices of what is not there in its place.
 * @fires select-request  detail {id, opened}
 */
export class RequestList extends LitElement {
  static properties = { entries: { attribute: false }, selectedId: {} };

  constructor() {
    super();
    /** @type {readonly Entry[]} */
    this.entries = [];
    this.selectedId = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const reachable = this.reachableKey();
    return html`
      <ol class="list" @click=${this.onClick} @keydown=${this.onKey}>
        ${repeat(
          this.entries,
          ({ key }) => key,
          (entry) => html`<li>${this.entry(entry, reachable)}</li>`,
        )}
      </ol>
    `;
  }

  /**
   * @param {Entry} entry
   * @param {string | undefined} reachable
   */
  entry(entry, reachable) {
    if (entry.kind === "gap") {
      return html`<p class="notice gap">${gapIcon}<span>${gapText(entry.missed)}</span></p>`;
    }
    if (entry.kind === "refused") {
      const text = refusedText(entry.count);
      return html`<p class="notice refused">${refusedIcon}<span>${text}</span></p>`;
    }
    return html`<request-row
      .request=${entry.request}
      .selected=${entry.key === this.selectedId}
      .reachable=${entry.key === reachable}
    ></request-row>`;
  }

  /** The selected row, or the newest when the selected one is not in the list (any more). */
  reachableKey() {
    const requests = this.entries.filter(({ kind }) => kind === "request");
    return (requests.find(({ key }) => key === this.selectedId) ?? requests[0])?.key;
  }

  /** @param {Event} event */
  onClick(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest("button");
    if (row) this.select(row, true);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const rows = [...this.querySelectorAll("button")];
    const at = rows.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const row = rows[move(at, rows.length - 1)];
    row.focus();
    this.select(row, false);
  }

  /**
   * @param {HTMLElement} row
   * @param {boolean} opened
   */
  select(row, opened) {
    const detail = { id: row.dataset.id, opened };
    this.dispatchEvent(new CustomEvent("select-request", { detail, bubbles: true }));
  }
}

customElements.define("request-list", RequestList);
