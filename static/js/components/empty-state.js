import { html, LitElement } from "lit";
import "./copy-button.js";

/** Before the first request: one obvious thing to do. */
export class EmptyState extends LitElement {
  static properties = { url: {}, live: { type: Boolean } };

  constructor() {
    super();
    this.url = "";
    /** Until the page is live it must not look as if it were listening. */
    this.live = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const command = `curl -H 'Content-Type: application/json' -d '{"hello": "world"}' '${this.url}'`;
    return html`
      <div class="empty">
        <div class="empty-pulse" ?data-live=${this.live} aria-hidden="true"></div>
        <h2>${this.live ? "Waiting for the first request" : "Not live yet"}</h2>
        <p>Point a service at the URL above, or try it now from a terminal:</p>
        <div class="empty-command">
          <pre tabindex="0" aria-label="Command to try">${command}</pre>
          <copy-button .text=${command} what="the command"></copy-button>
        </div>
      </div>
    `;
  }
}

customElements.define("empty-state", EmptyState);
