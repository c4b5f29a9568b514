import { html, LitElement } from "lit";
import { requestCount } from "../text/format.js";

/** Cleared requests are not stored anywhere else, so they can be restored for a minute. */
const UNDO_MS = 60_000;

/**
 * Shown above the list while cleared requests can be restored.
 * @fires undo-clear
 * @fires forget-cleared  the time to undo is over
 */
export class ClearedNotice extends LitElement {
  static properties = { count: { type: Number } };

  constructor() {
    super();
    this.count = 0;
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

  updated() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fire("forget-cleared"), UNDO_MS);
  }

  render() {
    return html`
      <div class="list-banner">
        <p role="status">${requestCount(this.count)} cleared.</p>
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
