import { html, LitElement } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { previewDocument } from "../preview.js";

/** A blob is always read as UTF-8, whatever the document says of itself. */
const TYPE = "text/html;charset=utf-8";

/** HTML of a stranger, drawn in a frame in which nothing runs and from which nothing is asked for. */
export class HtmlPreview extends LitElement {
  static properties = { source: {} };

  constructor() {
    super();
    this.source = "";
    this.address = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("source")) return;
    this.forget();
    this.address = URL.createObjectURL(new Blob([previewDocument(this.source)], { type: TYPE }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.forget();
  }

  /** The document lives on in the frame. */
  forget() {
    URL.revokeObjectURL(this.address);
  }

  render() {
    // Another document gets another frame: one that navigates leaves an entry for the Back button.
    return html`
      ${keyed(
        this.address,
        html`<iframe
          class="html-preview" sandbox="" referrerpolicy="no-referrer" title="Preview of the body"
          src=${this.address} @load=${this.forget}
        ></iframe>`,
      )}
      <p class="preview-note">Without scripts, images and styles: nothing in it runs or is loaded.</p>
    `;
  }
}

customElements.define("html-preview", HtmlPreview);
