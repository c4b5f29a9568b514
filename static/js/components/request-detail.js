import { html, LitElement } from "lit";
import { methodTone, queryParameters, splitPath } from "../captured.js";
import { byteSize, clockTime, fullTime, visible } from "../format.js";
import { backIcon } from "../icons.js";
import "./pairs-table.js";
import "./request-body.js";

/** @typedef {import("../captured.js").CapturedRequest} CapturedRequest */

/**
 * Everything about one captured request.
 * @fires close-request  the reader goes back to the list (phones only)
 */
export class RequestDetail extends LitElement {
  static properties = { request: { attribute: false }, opened: { type: Boolean } };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    this.opened = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("request")) this.scrollTop = 0;
    // The back button is in sight only where the detail covers the list; elsewhere this does nothing.
    if (changed.has("opened") && this.opened) this.querySelector("button")?.focus();
  }

  render() {
    const { request } = this;
    if (!request) return;
    const query = queryParameters(request.query_string);
    return html`
      <article class="detail" aria-label="Captured request" @keydown=${this.onKey}>
        ${this.head(request)} ${request.query_string ? this.query(request, query) : ""}
        <section aria-labelledby="body-title">
          <h3 id="body-title">Body <span>${byteSize(request.body.size)}</span></h3>
          <request-body .request=${request}></request-body>
        </section>
        <section aria-labelledby="headers-title">
          <h3 id="headers-title">Headers <span>${request.headers.length}</span></h3>
          <pairs-table .pairs=${request.headers} label="Headers as sent"></pairs-table>
        </section>
        <section aria-labelledby="facts-title">
          <h3 id="facts-title">Facts</h3>
          <pairs-table .pairs=${facts(request)} label="Facts"></pairs-table>
        </section>
      </article>
    `;
  }

  /** @param {CapturedRequest} request */
  head(request) {
    const { prefix, below } = splitPath(request);
    return html`
      <header class="detail-head">
        <button type="button" class="detail-back button" @click=${this.close}>
          ${backIcon}<span>All requests</span>
        </button>
        <h2 class="detail-title">
          <span class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
          <span class="captured"><span class="detail-prefix">${prefix}</span>${visible(below)}</span>
        </h2>
        <p class="detail-summary">
          <time datetime=${request.received_at}>${clockTime(request.received_at)}</time>
          <span>from <span class="captured">${request.remote_addr}</span></span>
          <span>HTTP/${request.http_version}</span>
        </p>
      </header>
    `;
  }

  /**
   * @param {CapturedRequest} request
   * @param {[string, string][]} query
   */
  query(request, query) {
    return html`
      <section aria-labelledby="query-title">
        <h3 id="query-title">Query <span>${query.length}</span></h3>
        <pairs-table .pairs=${query} label="Query parameters, decoded"></pairs-table>
        <p class="detail-raw"><span>As sent</span> <code class="captured">${visible(request.query_string)}</code></p>
      </section>
    `;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Escape") this.close();
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-request", { bubbles: true }));
  }
}

/**
 * @param {CapturedRequest} request
 * @returns {[string, string][]}
 */
function facts(request) {
  return [
    ["Received", fullTime(request.received_at)],
    ["Received (UTC)", request.received_at],
    ["Remote address", request.remote_addr],
    ["HTTP version", request.http_version],
    ["Scheme", request.scheme],
    ["Host", request.host],
    ["Id", request.id],
    ["Position", `${request.seq} in epoch ${request.epoch}`],
  ];
}

customElements.define("request-detail", RequestDetail);
