import { html, LitElement } from "lit";
import { bytesOf } from "../body/body.js";
import { copyText } from "../browser/clipboard.js";
import { bodyFileName } from "../export/file-name.js";
import { CHOICES, exportAs } from "../export/formats.js";
import { saveBytes } from "../export/save.js";
import "./menu-button.js";

/** @typedef {import("../export/formats.js").Format} Format */

const SHOW_RESULT_MS = 1600;

/** Copies a captured request as a command or as code, and downloads its body. */
export class RequestTools extends LitElement {
  static properties = { request: { attribute: false }, origin: {}, result: { state: true } };

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** Origin that the copied command sends to. */
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
          ? html`<button type="button" class="button" title="Download as ${bodyFileName(this.request)}" @click=${this.saveBody}>Download body</button>`
          : ""
      }
      <span class="visually-hidden" role="status">${this.result}</span>
    `;
  }

  /** @param {CustomEvent<{value: Format}>} event */
  onChoose({ detail }) {
    this.copy(detail.value);
  }

  /**
   * Copy the request, or save it as a file if it is binary.
   * @param {Format} format
   */
  async copy(format) {
    const { request } = this;
    if (!request) return;
    const taken = exportAs(format, request, this.origin);
    if (typeof taken === "string")
      return this.show((await copyText(taken)) ? "Copied" : "Copy failed");
    saveBytes(taken, `request-${request.seq}.http`);
    this.show("Saved as a file");
  }

  saveBody() {
    const { request } = this;
    if (request) saveBytes(bytesOf(request.body), bodyFileName(request));
  }

  /** @param {string} result */
  show(result) {
    this.result = result;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.result = "";
    }, SHOW_RESULT_MS);
  }
}

customElements.define("request-tools", RequestTools);
