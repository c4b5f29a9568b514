import { html, LitElement, nothing } from "lit";
import { countText, requestCount } from "../text/format.js";
import "./export-menu.js";
import "./filter-field.js";

/**
 * Filters, pauses, clears and exports the list.
 * @fires pause-change    detail {paused}
 * @fires clear-requests
 */
export class ListToolbar extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    live: { type: Boolean },
    filters: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    /** Whether requests can arrive. */
    this.live = true;
    /** The user's saved filters. @type {readonly string[]} */
    this.filters = [];
  }

  createRenderRoot() {
    return this;
  }

  focusFilter() {
    /** @type {import("./filter-field.js").FilterField | null} */ (
      this.querySelector("filter-field")
    )?.select();
  }

  render() {
    const { snapshot } = this;
    if (!snapshot) return;
    const { paused, waiting } = snapshot;
    return html`
      <div class="toolbar" role="group" aria-label="Requests">
        <filter-field .snapshot=${snapshot} .saved=${this.filters}></filter-field>
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
      </div>
    `;
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
