import { html, LitElement, nothing } from "lit";
import { countText, requestCount } from "../text/format.js";
import "./export-menu.js";

/** Announce one result after the last letter, not one for each letter. */
const QUIET_MS = 1000;

/**
 * Filters, pauses, clears and exports the list.
 * @fires filter-change   detail {text}
 * @fires pause-change    detail {paused}
 * @fires clear-requests
 * @fires leave-filter    the Enter or Escape key moves the focus to the list
 */
export class ListToolbar extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    live: { type: Boolean },
    found: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    /** Whether requests can arrive. */
    this.live = true;
    this.found = "";
  }

  createRenderRoot() {
    return this;
  }

  focusFilter() {
    this.querySelector("input")?.select();
  }

  render() {
    const { snapshot } = this;
    if (!snapshot) return;
    const { filter, paused, waiting } = snapshot;
    return html`
      <div class="toolbar" role="group" aria-label="Requests">
        <input
          type="search"
          class="field toolbar-filter"
          aria-label="Filter requests"
          placeholder="Filter, such as provider:stripe event:paid"
          spellcheck="false"
          autocomplete="off"
          .value=${filter}
          @input=${this.onInput}
          @keydown=${this.onKey}
        />
        <span class="toolbar-count">${countText(snapshot)}</span>
        ${
          this.live
            ? html`<button type="button" class="button" title=${waiting ? `${requestCount(waiting)} waiting` : nothing} @click=${this.onPause}>
          ${paused ? `Resume${waiting ? ` (${waiting.toLocaleString("en-US")})` : ""}` : "Pause"}
        </button>`
            : ""
        }
        <button type="button" class="button" @click=${this.onClear}>
          Clear
        </button>
        <export-menu keys="e" opens .requests=${requestsOf(snapshot)} .responses=${snapshot.responses}></export-menu>
        <p class="visually-hidden" role="status">${this.found}</p>
      </div>
    `;
  }

  /** @param {InputEvent} event */
  onInput({ target }) {
    this.fire("filter-change", { text: /** @type {HTMLInputElement} */ (target).value });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.found = this.snapshot ? `Showing ${countText(this.snapshot)}` : "";
    }, QUIET_MS);
  }

  /** @param {KeyboardEvent} event */
  onKey({ key, isComposing, target }) {
    const { value } = /** @type {HTMLInputElement} */ (target);
    if (isComposing) return;
    // The first Escape clears the field, as in every search field.
    if (key === "Enter" || (key === "Escape" && value === "")) this.fire("leave-filter", {});
  }

  onPause() {
    this.fire("pause-change", { paused: !this.snapshot?.paused });
  }

  onClear() {
    this.fire("clear-requests", {});
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/**
 * Return the requests to export: those that match the filter.
 * @param {import("../state/store.js").Snapshot} snapshot
 */
function requestsOf({ shown }) {
  return shown.flatMap((entry) => (entry.kind === "request" ? [entry.request] : []));
}

customElements.define("list-toolbar", ListToolbar);
