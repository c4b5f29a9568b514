import { html, LitElement } from "lit";
import { bytesOf } from "../body/body.js";
import { copyText } from "../browser/clipboard.js";
import { bodyFileName } from "../export/file-name.js";
import { CHOICES, exportAs } from "../export/formats.js";
import { saveBytes } from "../export/save.js";
import "./menu-button.js";

/** @typedef {import("../export/formats.js").Format} Format */

const SHOW_RESULT_MS = 1600;

/** A captured request to use elsewhere: as a command or code on the clipboard, its body as a file. */
export class TakeAway extends LitElement {
  static properties = { request: { attribute: false }, origin: {}, result: { state: true } };

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** Where what is copied sends it. */
    this.origin = location.origin;
    this.result = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    if (!this.request) return;
    const { complete, size } = this.request.body;
    return html`
      <menu-button
        label=${this.result || "Copy as"} name="Copy as" .choices=${CHOICES} @choose=${this.onChoose}
      ></menu-button>
      ${
        complete && size > 0
          ? html`<button type="button" class="button" title="As ${bodyFileName(this.request)}" @click=${this.saveBody}>Download body</button>`
          : ""
      }
      <span class="visually-hidden" role="status">${this.result}</span>
    `;
  }

  /** @param {CustomEvent<{value: Format}>} event */
  onChoose({ detail }) {
    this.take(detail.value);
  }

  /**
   * Copies the request; what the clipboard can't carry becomes a file.
   * @param {Format} format
   */
  async take(format) {
    const { request } = this;
    if (!request) return;
    const taken = exportAs(format, request, this.origin);
    if (typeof taken === "string")
      return this.tell((await copyText(taken)) ? "Copied" : "Not copied");
    saveBytes(taken, `request-${request.seq}.http`);
    this.tell("Saved as a file");
  }

  saveBody() {
    const { request } = this;
    if (request) saveBytes(bytesOf(request.body), bodyFileName(request));
  }

  /** @param {string} result */
  tell(result) {
    this.result = result;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.result = "";
    }, SHOW_RESULT_MS);
  }
}

customElements.define("take-away", TakeAway);
