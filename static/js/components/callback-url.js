import { html, LitElement } from "lit";
import { replyText } from "../reply/reply.js";
import { visible } from "../text/format.js";
import { qrIcon } from "./icons.js";
import "./copy-button.js";

/**
 * The callback URL, with buttons to copy it, show its QR code, edit its response and send a sample.
 * @fires show-sheet  detail: the name of a sheet's element
 */
export class CallbackUrl extends LitElement {
  static properties = { url: {}, reply: { attribute: false }, responder: { type: Boolean } };

  constructor() {
    super();
    this.url = "";
    /** @type {import("../reply/reply.js").Reply | null} */
    this.reply = null;
    /** Whether a viewer produces the responses. */
    this.responder = false;
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
            type="button" class="icon-button" title="QR code (q)" aria-keyshortcuts="q" @click=${() => this.show("qr-sheet")}
          >${qrIcon}<span class="visually-hidden">QR code of the callback URL</span></button>
          <webhook-copy-button class="primary" .text=${this.url} what="the callback URL" keys="u"></webhook-copy-button>
        </div>
        <p class="callback-reply">
          ${this.reply ? html`<span class="captured">${visible(replyText(this.reply))}</span>` : ""}
          ${this.responder ? html`<span class="callback-responder">A responder is connected: it decides the response.</span>` : ""}
          <button type="button" class="callback-change" title="Edit (r)" aria-keyshortcuts="r" @click=${() => this.show("reply-sheet")}>
            Edit<span class="visually-hidden"> the response</span>
          </button>
          <button type="button" class="callback-change" title="Send a sample webhook (n)" aria-keyshortcuts="n" @click=${() => this.show("sample-sheet")}>
            Send a sample webhook
          </button>
        </p>
        <p class="callback-hint">
          Accepts any method and path. Requests are not stored: reloading clears the list.
        </p>
      </section>
    `;
  }

  /** @param {string} detail */
  show(detail) {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail, bubbles: true }));
  }
}

customElements.define("callback-url", CallbackUrl);
