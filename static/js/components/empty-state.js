import { html, LitElement, unsafeCSS } from "lit";
import { baseStyles } from "./base-styles.js";
import { define } from "./define.js";
import sheet from "./empty-state.css";
import { sendIcon } from "./icons.js";
import "./copy-button.js";

const TEST = JSON.stringify({ hello: "world" });

/**
 * Shown before the first request: explains how to send one.
 * @fires show-sheet  the user wants to send a sample, or to forward requests
 * @fires open-file   the user wants to look at a file
 */
export class EmptyState extends LitElement {
  static styles = [baseStyles, unsafeCSS(sheet)];
  static properties = {
    url: {},
    shown: { type: Boolean },
    samples: { type: Boolean },
    live: { type: Boolean },
    again: { type: Boolean },
    refused: { type: Boolean },
    status: { state: true },
  };

  constructor() {
    super();
    this.url = "";
    /** Whether the page already shows the URL above. */
    this.shown = false;
    /** Whether the page can send samples of providers. */
    this.samples = false;
    /** Whether the page is live; until then it does not say that it waits for requests. */
    this.live = false;
    /** Whether there were requests before. */
    this.again = false;
    /** Whether the list shows refused requests. */
    this.refused = false;
    this.status = "";
  }

  render() {
    const [start, data, end] = [
      "curl -H 'Content-Type: application/json' ",
      `-d '${TEST}'`,
      ` '${this.url}'`,
    ];
    const command = start + data + end;
    return html`
      <div part="empty" class="empty">
        <div class="empty-pulse" ?data-live=${this.live} aria-hidden="true"></div>
        <h2>${this.heading}</h2>
        ${
          this.again
            ? ""
            : html`<p class="empty-about">
          Every request to ${this.shown ? "the URL above" : "this URL"} appears here in real time, exactly as it was
          sent. <span>Nothing is stored.</span>
        </p>`
        }
        ${this.shown ? "" : this.address()}
        <p>${this.again ? `Send a request to ${this.shown ? "the URL above" : "this URL"}, or try` : "Try"} it now:</p>
        <div class="empty-actions">
          <button part="button" type="button" class="button" @click=${this.send}>${sendIcon}Send a test request</button>
          ${
            this.samples
              ? html`<button type="button" class="button" @click=${() => this.show("sample-sheet")}>Send a sample webhook</button>
          <button type="button" class="button" @click=${() => this.show("local-sheet")}>Send to your machine</button>`
              : ""
          }
        </div>
        <p class="empty-status" role="status">${this.status}</p>
        <p>Or from a terminal:</p>
        <div class="empty-command">
          <pre tabindex="0" aria-label="Example command">${start}<span>${data}</span>${end}</pre>
          <webhook-copy-button .text=${command} what="the command"></webhook-copy-button>
        </div>
        ${this.samples ? html`<p>Or <button type="button" class="empty-link" @click=${this.openFile}>open a HAR or JSON file</button> to look at its requests.</p>` : ""}
        <slot></slot>
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

  /** @param {string} detail  the name of a sheet */
  show(detail) {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail, bubbles: true, composed: true }));
  }

  openFile() {
    this.dispatchEvent(new CustomEvent("open-file", { bubbles: true, composed: true }));
  }

  async send() {
    this.status = "Sending…";
    this.status = await sendTest(this.url);
  }
}

/**
 * @param {string} url
 * @returns {Promise<string>} the result, for display
 */
async function sendTest(url) {
  const headers = { "Content-Type": "application/json" };
  try {
    const { status } = await fetch(url, { method: "POST", headers, body: TEST });
    return `Sent. The callback responded with ${status}.`;
  } catch {
    return "The request could not be sent: this page can’t reach the callback.";
  }
}

define("webhook-empty", EmptyState);
