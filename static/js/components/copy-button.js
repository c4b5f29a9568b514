import { html, LitElement, nothing } from "lit";
import { copyText } from "../browser/clipboard.js";
import { define } from "./define.js";
import { checkIcon, copyIcon } from "./icons.js";

const SHOW_RESULT_MS = 1600;

/** @type {Record<string, string>} */
const RESULTS = { copied: "Copied", failed: "Press Ctrl+C" };

/** Copies `text`, and shows the result for a moment. */
export class CopyButton extends LitElement {
  static properties = {
    text: {},
    label: {},
    what: {},
    keys: {},
    result: { state: true },
  };

  constructor() {
    super();
    /** @type {string | (() => Promise<string>)} the text, or a function that makes it */
    this.text = "";
    /** @type {unknown} a text or a template */
    this.label = "Copy";
    /** Names the copied text for screen readers. */
    this.what = "";
    /** The keyboard shortcut that presses it, or "". */
    this.keys = "";
    this.result = "";
  }

  createRenderRoot() {
    return this;
  }

  async copy() {
    const { text } = this;
    const copied = await copyText(typeof text === "string" ? text : await text());
    this.result = copied ? "copied" : "failed";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.result = "";
    }, SHOW_RESULT_MS);
  }

  render() {
    return html`
      <button
        part="button" type="button" class="button" data-result=${this.result}
        title=${this.keys ? `Copy ${this.what} (${this.keys})` : nothing}
        aria-keyshortcuts=${this.keys || nothing} @click=${this.copy}
      >
        ${this.result === "copied" ? checkIcon : copyIcon}
        <span aria-live="polite">${RESULTS[this.result] ?? this.label}</span>
        <span class="visually-hidden">${this.what}</span>
      </button>
    `;
  }
}

define("webhook-copy-button", CopyButton);
