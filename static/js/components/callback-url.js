import { html, LitElement } from "lit";
import "./copy-button.js";

/** The one thing a reader came for: the URL, large, selectable, one click to copy. */
export class CallbackUrl extends LitElement {
  static properties = { url: {} };

  constructor() {
    super();
    this.url = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <section class="callback" aria-labelledby="callback-label">
        <h2 id="callback-label" class="callback-label">Your callback URL</h2>
        <div class="callback-field">
          <code class="callback-text">${this.url}</code>
          <copy-button class="primary" .text=${this.url} what="the callback URL"></copy-button>
        </div>
        <p class="callback-hint">
          Takes any method and any path below it. Nothing is stored: a reload starts an empty list.
        </p>
      </section>
    `;
  }
}

customElements.define("callback-url", CallbackUrl);
