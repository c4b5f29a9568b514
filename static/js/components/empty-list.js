import { html, LitElement } from "lit";

/**
 * Explains why the list shows no requests.
 * @fires filter-change  detail {text: ""}: clear the filter
 */
export class EmptyList extends LitElement {
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
    if (more) return html`<p>Searching…</p>`;
    if (requests > 0) return this.noMatch(requests);
    if (paused) return html`<p>Paused. New requests wait until you resume.</p>`;
    return html`<p>No requests yet. New requests appear here as they arrive.</p>`;
  }

  /** @param {number} requests */
  noMatch(requests) {
    const count = requests.toLocaleString("en-US");
    const text =
      requests === 1 ? "The request does not match" : `None of the ${count} requests match`;
    return html`
      <p>${text}</p>
      <button type="button" class="button" @click=${this.clear}>Clear filter</button>
    `;
  }

  clear() {
    const detail = { text: "" };
    this.dispatchEvent(new CustomEvent("filter-change", { detail, bubbles: true }));
  }
}

customElements.define("empty-list", EmptyList);
