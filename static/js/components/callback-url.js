import { html, LitElement, nothing } from "lit";
import { replyText } from "../reply/reply.js";
import { visible } from "../text/format.js";
import { withoutKey } from "../wire/private.js";
import { qrIcon } from "./icons.js";
import "./copy-button.js";
import "./menu-button.js";

/** The choices of the menu: names of sheets. @type {readonly import("./menu-button.js").Choice[]} */
const SENDS = [
  { value: "sample-sheet", label: "Send a sample webhook", keys: "n" },
  { value: "local-sheet", label: "Send to your machine", keys: "m" },
];

/**
 * The two addresses of the callback, and what it responds with. One line once requests have arrived.
 * @fires show-sheet  detail: the name of a sheet's element
 */
export class CallbackUrl extends LitElement {
  static properties = {
    url: {},
    watchLink: {},
    reply: { attribute: false },
    responder: { type: Boolean },
    compact: { type: Boolean },
    fixed: { type: Boolean },
  };

  constructor() {
    super();
    /** The URL for senders. */
    this.url = "";
    /** The link for people who may watch. */
    this.watchLink = "";
    /** @type {import("../reply/reply.js").Reply | null} */
    this.reply = null;
    /** Whether a viewer produces the responses. */
    this.responder = false;
    /** Whether it is one line. */
    this.compact = false;
    /** Whether the server sends its default response only. */
    this.fixed = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { url, compact } = this;
    return html`
      <section class="callback" aria-label="Addresses" ?data-compact=${compact}>
        <div class="callback-address">
          <h2 class="callback-label">URL for senders</h2>
          <div class="callback-field">
            <code class="callback-text" title=${compact ? url : nothing}>${url}</code>
            <button
              type="button" class="icon-button" title="QR code (q)" aria-keyshortcuts="q" @click=${() => this.show("qr-sheet")}
            >${qrIcon}<span class="visually-hidden">QR code of the callback URL</span></button>
            <webhook-copy-button class="primary" .text=${url} what="the URL for senders" keys="u"></webhook-copy-button>
          </div>
        </div>
        <div class="callback-address callback-watch">
          <h2 class="callback-label">Link for people who may watch</h2>
          <div class="callback-field">
            <code class="callback-text">${withoutKey(this.watchLink)}</code>
            <webhook-copy-button
              .text=${this.watchLink} .label=${compact ? LINK : "Copy"} what="the link for people who may watch" keys="l"
            ></webhook-copy-button>
          </div>
        </div>
        <p class="callback-reply">
          <span class="captured captured-line">${this.response}</span>
          ${this.fixed ? nothing : this.edit()}
        </p>
        <menu-button
          class="callback-send" label="Send" name="Send" .choices=${SENDS}
          @choose=${(/** @type {CustomEvent<{value: string}>} */ { detail }) => this.show(detail.value)}
        ></menu-button>
        <p class="callback-hint">
          Accepts any method and any subpath. Reloading clears the list.
        </p>
      </section>
    `;
  }

  edit() {
    return html`<button type="button" class="callback-change" title="Edit (r)" aria-keyshortcuts="r" @click=${() => this.show("reply-sheet")}>
      Edit<span class="visually-hidden"> the response</span>
    </button>`;
  }

  get response() {
    if (this.fixed) return FIXED;
    if (this.responder) return "A connected responder decides the response";
    return this.reply ? visible(replyText(this.reply)) : "";
  }

  /** @param {string} detail */
  show(detail) {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail, bubbles: true }));
  }
}

const FIXED = "Default response only (REPLIES=off)";
const LINK = html`Link<span class="callback-long"> to watch</span>`;

customElements.define("callback-url", CallbackUrl);
