import { html, LitElement } from "lit";
import { recognise } from "../providers/recognise.js";
import { NO_NEEDLES } from "../state/no-filter.js";
import { responseText, statusTone } from "../state/responses.js";
import { visible } from "../text/format.js";
import { methodTone, textOfLine } from "../wire/captured.js";
import { UNSIGNED } from "./detail-actions.js";
import { arrival, details } from "./detail-sections.js";
import { backIcon, noteIcon } from "./icons.js";
import "./captured-detail.js";
import "./found-tokens.js";
import "./pairs-table.js";
import "./provider-facts.js";
import "./resend-panel.js";
import "./response-detail.js";
import "./signature-check.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * The detail of one captured request. Its actions fire events, too: see detail-actions.js.
 * @fires close-request  the user returns to the list (on phones only)
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
    pinned: { type: Boolean },
    note: {},
    opened: { type: Boolean },
    alone: { type: Boolean },
    signature: { state: true },
    resending: { state: true },
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
    this.pinned = false;
    /** The user's note, or "". */
    this.note = "";
    this.opened = false;
    /** Whether there is no list around it. */
    this.alone = false;
    this.signature = UNSIGNED;
    /** Whether the panel for resending is open. */
    this.resending = false;
  }

  /** Sticky parts below the head need its height. */
  heads = new ResizeObserver(([{ target }]) => {
    const { offsetHeight } = /** @type {HTMLElement} */ (target);
    this.style.setProperty("--detail-head", `${offsetHeight}px`);
  });

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("request")) this.scrollTop = 0;
    const head = this.querySelector(".detail-head");
    if (head) this.heads.observe(head); // does nothing the second time
    // The back button is visible only where the detail covers the list; elsewhere this does nothing.
    if (changed.has("opened") && this.opened) this.querySelector("button")?.focus();
  }

  render() {
    const { request } = this;
    if (!request) return;
    return html`
      <article
        class="detail" aria-label="Captured request" @keydown=${this.onKey}
        @check-signature=${this.openCheck} @signature-change=${this.onSignature}
        @resend-request=${this.resend} @close-resend=${this.closeResend}
      >
        ${this.head(request)}
        ${this.note ? this.noteText(this.note) : ""}
        ${this.resending ? html`<resend-panel .request=${request} .response=${this.response} .secrets=${this.secrets} .forwardTo=${this.forwardTo} ?alone=${this.alone}></resend-panel>` : ""}
        ${arrival(request, { retry: this.retry })}
        <provider-facts .request=${request} .response=${this.response} .secrets=${this.secrets}></provider-facts>
        <webhook-detail .request=${request} .needles=${this.needles}>
          <response-detail .request=${request} .response=${this.response}></response-detail>
          <found-tokens .request=${request}></found-tokens>
          <signature-check .request=${request} .secrets=${this.secrets}></signature-check>
          <section aria-labelledby="details-title">
            <h3 id="details-title">Details</h3>
            <webhook-pairs-table .pairs=${details(request)} label="Details"></webhook-pairs-table>
          </section>
        </webhook-detail>
      </article>
    `;
  }

  /** @param {CapturedRequest} request */
  head(request) {
    return html`
      <header class="detail-head">
        <button type="button" class="detail-back icon-button" @click=${this.close}>
          ${backIcon}<span class="visually-hidden">All requests</span>
        </button>
        <div class="detail-names">
          <h2 class="detail-title">
            <span class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
            <span class="captured">${visible(textOfLine(request.subpath || "/"))}</span>
          </h2>
          ${this.summary(request)}
        </div>
        <detail-actions
          .request=${request} .signature=${this.signature} .responses=${this.responses} .forwardTo=${this.forwardTo} .pinned=${this.pinned} .note=${this.note} ?resending=${this.resending} ?alone=${this.alone}
        ></detail-actions>
      </header>
    `;
  }

  /**
   * Render who sent the request, as far as the registry knows, and what the sender got.
   * @param {CapturedRequest} request
   */
  summary(request) {
    const { response, bodyLimit } = this;
    const found = recognise(request);
    return html`<p class="detail-summary">
      ${found ? html`<span class="captured"><b>${found.provider.name}</b>${found.event ? ` · ${visible(found.event)}` : ""}</span>` : ""}
      ${response ? html`<span data-tone=${statusTone(response.status)}>${responseText(response, request, bodyLimit)}</span>` : ""}
    </p>`;
  }

  /** @param {string} note */
  noteText(note) {
    const edit = () => this.dispatchEvent(new CustomEvent("note-request", { bubbles: true }));
    return html`<div class="detail-note">
      ${noteIcon}<p>${visible(note)}</p>
      <button type="button" @click=${edit}>Edit<span class="visually-hidden"> the note</span></button>
    </div>`;
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

  /** @param {CustomEvent<import("./detail-actions.js").SignatureState>} event */
  onSignature({ detail }) {
    this.signature = detail;
  }

  /** Show the panel for resending. */
  async resend() {
    this.resending = true;
    await this.updateComplete;
    /** @type {import("./resend-panel.js").ResendPanel | null} */ (
      this.querySelector("resend-panel")
    )?.open();
  }

  closeResend() {
    this.resending = false;
    /** @type {HTMLElement | null} */ (this.querySelector(".detail-resend"))?.focus();
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-request", { bubbles: true }));
  }
}

customElements.define("request-detail", RequestDetail);
