import { html, LitElement, nothing } from "lit";
import { NO_NEEDLES } from "../state/no-filter.js";
import { isLong } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import { methodTone, textOfLine } from "../wire/captured.js";
import { details, summary } from "./detail-sections.js";
import { backIcon } from "./icons.js";
import "./captured-detail.js";
import "./export-menu.js";
import "./found-tokens.js";
import "./pairs-table.js";
import "./provider-facts.js";
import "./resend-panel.js";
import "./signature-check.js";
import "./request-tools.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * The detail of one captured request.
 * @fires close-request    the user returns to the list (on phones only)
 * @fires compare-request  the user wants to compare it with another request
 */
export class RequestDetail extends LitElement {
  static properties = {
    request: { attribute: false },
    retry: { attribute: false },
    response: { attribute: false },
    responses: { attribute: false },
    bodyLimit: { attribute: false },
    secrets: { attribute: false },
    forwardTo: {},
    needles: { attribute: false },
    opened: { type: Boolean },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../state/retries.js").Retry | undefined} */
    this.retry = undefined;
    /** @type {import("../state/responses.js").SenderResponse | undefined} undefined while it is not known */
    this.response = undefined;
    /** @type {import("../state/responses.js").Responses | undefined} for exports */
    this.responses = undefined;
    /** The server's maximum body size in bytes; 0 if unknown. */
    this.bodyLimit = 0;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    /** Words of the filter, to mark them. */
    this.needles = NO_NEEDLES;
    this.opened = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("request")) this.scrollTop = 0;
    // The back button is visible only where the detail covers the list; elsewhere this does nothing.
    if (changed.has("opened") && this.opened) this.querySelector("button")?.focus();
  }

  render() {
    const { request } = this;
    if (!request) return;
    return html`
      <article class="detail" aria-label="Captured request" @keydown=${this.onKey} @check-signature=${this.openCheck}>
        ${this.head(request)}
        <provider-facts .request=${request} .response=${this.response} .secrets=${this.secrets}></provider-facts>
        <div class="detail-actions">
          <request-tools .request=${request} .forwardTo=${this.forwardTo}></request-tools>
          <export-menu label="Export request" .requests=${[request]} .responses=${this.responses}></export-menu>
          <button type="button" class="button" aria-keyshortcuts="d" @click=${this.compare}>Compare</button>
        </div>
        <webhook-detail .request=${request} .needles=${this.needles}></webhook-detail>
        <found-tokens .request=${request}></found-tokens>
        <signature-check .request=${request} .secrets=${this.secrets}></signature-check>
        <resend-panel .request=${request}></resend-panel>
        <section aria-labelledby="details-title">
          <h3 id="details-title">Details</h3>
          <webhook-pairs-table .pairs=${details(request)} label="Details"></webhook-pairs-table>
        </section>
      </article>
    `;
  }

  /** @param {CapturedRequest} request */
  head(request) {
    const { path, subpath } = request;
    const prefix = path.slice(0, path.length - subpath.length);
    return html`
      <header class="detail-head">
        <button type="button" class="detail-back button" @click=${this.close}>
          ${backIcon}<span>All requests</span>
        </button>
        <h2 class="detail-title">
          <span class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
          <span class="captured" ?data-long=${isLong(subpath)} tabindex=${isLong(subpath) ? 0 : nothing}><span class="detail-prefix">${prefix}</span>${visible(textOfLine(subpath))}</span>
        </h2>
        ${summary(request, { retry: this.retry, response: this.response, bodyLimit: this.bodyLimit })}
      </header>
    `;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    // Fields and menus handle Escape themselves.
    const inControl = /** @type {Element} */ (event.target).closest(
      "input, select, textarea, menu-button",
    );
    if (event.key === "Escape" && !inControl) this.close();
  }

  openCheck() {
    /** @type {import("./signature-check.js").SignatureCheck | null} */ (
      this.querySelector("signature-check")
    )?.open();
  }

  compare() {
    this.dispatchEvent(new CustomEvent("compare-request", { bubbles: true }));
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-request", { bubbles: true }));
  }
}

customElements.define("request-detail", RequestDetail);
