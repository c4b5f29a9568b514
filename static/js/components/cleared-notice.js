import { html, LitElement } from "lit";
import { requestCount } from "../text/format.js";

/** Removed requests are not stored anywhere else, so they can be restored for a minute. */
const UNDO_MS = 60_000;

/**
 * Shown above the list while cleared or deleted requests can be restored.
 * @fires undo-clear
 * @fires forget-cleared  the time to undo is over
 */
export class ClearedNotice extends LitElement {
  static properties = { removed: { attribute: false }, pinned: { type: Number } };

  constructor() {
    super();
    /** @type {import("../state/list.js").Removed} */
    this.removed = { count: 0, cleared: false };
    /** Number of pinned requests, which stay when the list is cleared. */
    this.pinned = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @param {Map<string, import("../state/list.js").Removed | undefined>} changed */
  updated(changed) {
    if (changed.get("removed")?.count === this.removed.count) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fire("forget-cleared"), UNDO_MS);
  }

  render() {
    const { count, cleared } = this.removed;
    const stay = this.pinned === 1 ? "The pinned request stays." : "Pinned requests stay.";
    return html`
      <div class="list-banner">
        <p role="status">${requestCount(count)} ${cleared ? "cleared" : "deleted"}. ${cleared && this.pinned ? stay : ""}</p>
        <button type="button" class="button" aria-keyshortcuts="z" @click=${this.undo}>Undo</button>
      </div>
    `;
  }

  undo() {
    this.fire("undo-clear");
  }

  /** @param {string} name */
  fire(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }
}

customElements.define("cleared-notice", ClearedNotice);
