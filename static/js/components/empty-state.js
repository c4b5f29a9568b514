import { html, LitElement, unsafeCSS } from "lit";
import { baseStyles } from "./base-styles.js";
import { define } from "./define.js";
import sheet from "./empty-state.css";
import { sendIcon } from "./icons.js";
import "./copy-button.js";

const TEST = JSON.stringify({ hello: "world" });

/** Before the first request: one obvious thing to do. */
export class EmptyState extends LitElement {
  static styles = [baseStyles, unsafeCSS(sheet)];
  static properties = {
    url: {},
    shown: { type: Boolean },
    live: { type: Boolean },
    again: { type: Boolean },
    refused: { type: Boolean },
    told: { state: true },
  };

  constructor() {
    super();
    this.url = "";
    /** The URL shows above already. */
    this.shown = false;
    /** Until the page is live it must not look as if it were listening. */
    this.live = false;
    /** There were requests before. */
    this.again = false;
    /** Requests were refused; the list says why. */
    this.refused = false;
    this.told = "";
  }

  render() {
    const command = `curl -H 'Content-Type: application/json' -d '${TEST}' '${this.url}'`;
    return html`
      <div part="empty" class="empty">
        <div class="empty-pulse" ?data-live=${this.live} aria-hidden="true"></div>
        <h2>${this.heading}</h2>
        <p>Point a service at ${this.shown ? "the URL above" : "this URL"}, or try it now:</p>
        ${this.shown ? "" : this.address()}
        <button part="button" type="button" class="button" @click=${this.send}>${sendIcon}Send a test request</button>
        <p class="empty-told" role="status">${this.told}</p>
        <p>or from a terminal</p>
        <div class="empty-command">
          <pre tabindex="0" aria-label="Command to try">${command}</pre>
          <webhook-copy-button .text=${command} what="the command"></webhook-copy-button>
        </div>
      </div>
    `;
  }

  address() {
    return html`<p class="empty-url">
      <code part="url">${this.url}</code>
      <webhook-copy-button .text=${this.url} label="Copy URL"></webhook-copy-button>
    </p>`;
  }

  get heading() {
    if (!this.live) return "Not live yet";
    if (this.refused && !this.again) return "No request accepted yet";
    return `Waiting for the ${this.again ? "next" : "first"} request`;
  }

  async send() {
    this.told = "Sending …";
    this.told = await sendTest(this.url);
  }
}

/**
 * @param {string} url
 * @returns {Promise<string>} what came of it
 */
async function sendTest(url) {
  const headers = { "Content-Type": "application/json" };
  try {
    const { status } = await fetch(url, { method: "POST", headers, body: TEST });
    return `Sent. The callback responded with ${status}.`;
  } catch {
    return "It could not be sent: this page can’t reach the callback.";
  }
}

define("webhook-empty", EmptyState);
