import { html, LitElement } from "lit";
import { sendIcon } from "./icons.js";
import "./copy-button.js";

const TEST = JSON.stringify({ hello: "world" });

/** Before the first request: one obvious thing to do. */
export class EmptyState extends LitElement {
  static properties = {
    url: {},
    live: { type: Boolean },
    again: { type: Boolean },
    refused: { type: Boolean },
    told: { state: true },
  };

  constructor() {
    super();
    this.url = "";
    /** Until the page is live it must not look as if it were listening. */
    this.live = false;
    /** There were requests before. */
    this.again = false;
    /** Requests were refused; the list says why. */
    this.refused = false;
    this.told = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const command = `curl -H 'Content-Type: application/json' -d '${TEST}' '${this.url}'`;
    return html`
      <div class="empty">
        <div class="empty-pulse" ?data-live=${this.live} aria-hidden="true"></div>
        <h2>${this.heading}</h2>
        <p>Point a service at the URL above, or try it now:</p>
        <button type="button" class="button" @click=${this.send}>${sendIcon}Send a test request</button>
        <p class="empty-told" role="status">${this.told}</p>
        <p>or from a terminal</p>
        <div class="empty-command">
          <pre tabindex="0" aria-label="Command to try">${command}</pre>
          <webhook-copy-button .text=${command} what="the command"></webhook-copy-button>
        </div>
      </div>
    `;
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
    return `Sent. The callback answered ${status}.`;
  } catch {
    return "It could not be sent: the server can’t be reached.";
  }
}

customElements.define("empty-state", EmptyState);
