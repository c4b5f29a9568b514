import { html, LitElement } from "lit";

/**
 * Where no request is to be shown: why.
 * @fires filter-change  detail {text: ""}: the reader wants to see all again
 */
export class ListNone extends LitElement {
  static properties = { snapshot: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { requests = 0, more, paused } = this.snapshot ?? {};
    if (more) return html`<p>Searching …</p>`;
    if (requests > 0) return this.noMatch(requests);
    if (paused) return html`<p>Paused: what arrives waits until you resume.</p>`;
    return html`<p>Nothing here yet. New requests show as they arrive.</p>`;
  }

  /** @param {number} requests */
  noMatch(requests) {
    return html`
      <p>No request of ${requests.toLocaleString("en-US")} matches</p>
      <button type="button" class="button" @click=${this.clear}>Clear filter</button>
    `;
  }

  clear() {
    const detail = { text: "" };
    this.dispatchEvent(new CustomEvent("filter-change", { detail, bubbles: true }));
  }
}

customElements.define("list-none", ListNone);
