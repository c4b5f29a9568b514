import { html, LitElement } from "lit";
import { qrIcon } from "../icons.js";
import "./copy-button.js";

/**
 * The one thing a reader came for: the URL, large, selectable, one click to copy.
 * @fires show-sheet  detail: the name of a sheet's element
 */
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
          <button
            type="button" class="icon-button" title="QR code (q)" aria-keyshortcuts="q" @click=${this.showQr}
          >${qrIcon}<span class="visually-hidden">QR code of the callback URL</span></button>
          <copy-button class="primary" .text=${this.url} what="the callback URL" keys="u"></copy-button>
        </div>
        <p class="callback-hint">
          Takes any method and any path below it. Nothing is stored: a reload starts an empty list.
        </p>
      </section>
    `;
  }

  showQr() {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail: "qr-sheet", bubbles: true }));
  }
}

customElements.define("callback-url", CallbackUrl);
