import { html, LitElement } from "lit";
import { replyText } from "../reply/reply.js";
import { visible } from "../text/format.js";
import { qrIcon } from "./icons.js";
import "./copy-button.js";

/**
 * The one thing a reader came for: the URL, large, selectable, one click to copy; and what it responds with.
 * @fires show-sheet  detail: the name of a sheet's element
 */
export class CallbackUrl extends LitElement {
  static properties = { url: {}, reply: { attribute: false } };

  constructor() {
    super();
    this.url = "";
    /** @type {import("../reply/reply.js").Reply | null} */
    this.reply = null;
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
            type="button" class="icon-button" title="QR code (q)" aria-keyshortcuts="q" @click=${() => this.ask("qr-sheet")}
          >${qrIcon}<span class="visually-hidden">QR code of the callback URL</span></button>
          <webhook-copy-button class="primary" .text=${this.url} what="the callback URL" keys="u"></webhook-copy-button>
        </div>
        <p class="callback-reply">
          ${this.reply ? html`<span class="captured">${visible(replyText(this.reply))}</span>` : ""}
          <button type="button" class="callback-change" title="Change (r)" aria-keyshortcuts="r" @click=${() => this.ask("reply-sheet")}>
            Edit<span class="visually-hidden"> the reply</span>
          </button>
        </p>
        <p class="callback-hint">
          Takes any method and any path below it. Nothing is stored: a reload starts an empty list.
        </p>
      </section>
    `;
  }

  /** @param {string} detail */
  ask(detail) {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail, bubbles: true }));
  }
}

customElements.define("callback-url", CallbackUrl);
