import { html, LitElement, nothing } from "lit";
import { countText } from "../text/format.js";
import "./export-menu.js";
import "./filter-field.js";
import "./rate-plot.js";

/**
 * Filters, follows, pauses, clears and exports the list.
 * @fires pause-change    detail {paused}
 * @fires follow-change   detail {follow}
 * @fires clear-requests
 * @fires read-all
 */
export class ListToolbar extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    rate: { attribute: false },
    live: { type: Boolean },
    filters: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    /** Undefined if no requests can arrive. @type {import("../state/rate.js").Rate | undefined} */
    this.rate = undefined;
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
    const { follow, paused, pinned, unread, waiting } = snapshot;
    return html`
      <div class="toolbar" role="group" aria-label="Requests">
        <filter-field .snapshot=${snapshot} .saved=${this.filters}></filter-field>
        <div class="toolbar-actions">
          ${this.live ? this.liveActions(follow, paused) : nothing}
          <button type="button" class="button" title=${pinned.size ? "Clear the list. Pinned requests stay." : nothing} @click=${this.onClear}>
            Clear
          </button>
          <export-menu
            keys="e" opens .requests=${requestsOf(snapshot)} .responses=${snapshot.responses} .notes=${snapshot.notes}
          ></export-menu>
        </div>
        <div class="toolbar-counts">
          <span class="toolbar-count">${countText(snapshot)}</span>
          ${waiting ? html`<span>${waiting.toLocaleString("en-US")} waiting</span>` : nothing}
          ${unread.size ? html`<span>${unread.size.toLocaleString("en-US")} unread</span>` : nothing}
          ${this.rate ? this.plot(this.rate, snapshot) : nothing}
          ${unread.size ? html`<button type="button" class="toolbar-read" @click=${this.onReadAll}>Mark<span class="toolbar-read-all"> all as</span> read</button>` : nothing}
        </div>
      </div>
    `;
  }

  /**
   * @param {boolean} follow
   * @param {boolean} paused
   */
  liveActions(follow, paused) {
    return html`<button
        type="button" class="toolbar-follow" role="switch" aria-checked=${follow} aria-keyshortcuts="a"
        title="Select each new request as it arrives" @click=${this.onFollow}
      >
        <span class="toolbar-switch"></span>Follow
      </button>
      <button type="button" class="button toolbar-pause" @click=${this.onPause}>
        <span ?data-off=${paused}>Pause</span><span ?data-off=${!paused}>Resume</span>
      </button>`;
  }

  /**
   * @param {import("../state/rate.js").Rate} rate
   * @param {import("../state/store.js").Snapshot} snapshot
   */
  plot(rate, { entries, arrived, waiting }) {
    const received = entries.length && arrived + waiting;
    return html`<rate-plot .rate=${rate} .received=${received}></rate-plot>`;
  }

  onFollow() {
    this.fire("follow-change", { follow: !this.snapshot?.follow });
  }

  onReadAll() {
    this.fire("read-all", {});
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
