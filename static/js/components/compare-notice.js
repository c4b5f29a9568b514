import { html, LitElement } from "lit";
import { visible } from "../text/format.js";
import { subpathAndQuery, textOfLine } from "../wire/captured.js";

/**
 * Shown above the list while the user selects the second request of a comparison.
 * @fires close-compare  the user cancels the comparison
 */
export class CompareNotice extends LitElement {
  static properties = { request: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { request } = this;
    if (!request) return;
    return html`
      <div class="list-banner">
        <p role="status">
          Select another request to compare with
          <span class="captured captured-line">${visible(`${request.method} ${textOfLine(subpathAndQuery(request))}`)}</span>
        </p>
        <button type="button" class="button" @click=${this.cancel}>Cancel</button>
      </div>
    `;
  }

  cancel() {
    this.dispatchEvent(new CustomEvent("close-compare", { bubbles: true }));
  }
}

customElements.define("compare-notice", CompareNotice);
