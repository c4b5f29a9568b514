import { html, LitElement, nothing } from "lit";
import { addStyle } from "../browser/style.js";
import { recognise } from "../providers/recognise.js";
import { decidedBy, statusTone } from "../state/responses.js";
import { byteCount, byteSize, duration } from "../text/format.js";
import { linesOf } from "../wire/captured.js";
import sheet from "./response-detail.css";
import "./pairs-table.js";
import "./request-body.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../state/responses.js").SenderResponse} SenderResponse
 */

/** The response that the sender got: status, source, duration, headers and body, if known. */
export class ResponseDetail extends LitElement {
  static properties = { request: { attribute: false }, response: { attribute: false } };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {SenderResponse | undefined} undefined while it is not known */
    this.response = undefined;
    /** The response's body in the form that the body's element shows. @type {CapturedRequest | undefined} */
    this.message = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") && !changed.has("response")) return;
    const { request, response } = this;
    const isKnown = request && response?.headers && response.body;
    this.message = isKnown
      ? { ...request, headers: response.headers ?? [], body: response.body ?? request.body }
      : undefined;
  }

  render() {
    const { request, response } = this;
    if (!request || !response) return nothing;
    const { status, by, seconds } = response;
    const provider = by === "handshake" ? recognise(request)?.provider.name : undefined;
    const after = seconds === undefined ? "" : `${duration(seconds)} after the request arrived`;
    const about = [sourceOf(request, response, provider), after].filter(Boolean).join(", ");
    return html`<section aria-labelledby="response-title">
      <h3 id="response-title">Response <span>to the sender</span></h3>
      <p class="response-source"><span class="response-status" data-tone=${statusTone(status)}>${status}</span> ${about && `${about}.`}</p>
      ${this.message ? this.details(this.message) : html`<p class="response-note">${unknownText(request, response)}</p>`}
    </section>`;
  }

  /** @param {CapturedRequest} message */
  details({ headers, body }) {
    return html`
      <h4>Headers <span>${headers.length}</span></h4>
      <webhook-pairs-table .pairs=${linesOf(headers)} label="Headers of the response"></webhook-pairs-table>
      <h4>Body <span>${byteSize(body.size)}</span></h4>
      ${
        body.complete
          ? html`<webhook-body .request=${this.message}></webhook-body>`
          : html`<p class="response-note">The body of ${byteCount(body.size)} is too large to show here.</p>`
      }
    `;
  }
}

/**
 * Describe a response whose headers and body were not reported.
 * @param {CapturedRequest} request
 * @param {SenderResponse} response
 */
function unknownText({ method, headers, body }, { status, by }) {
  if (isTooLarge({ body }, { status })) return "The body of the response is an error in JSON.";
  if (by === "default" || by === "path") {
    const preflight = isPreflight(method, headers) ? ", and those of a CORS preflight" : "";
    return `Sent as soon as the request was published. No body, and only the headers that every response has (${DEFAULT_HEADERS})${preflight}.`;
  }
  return "The server did not report the headers and the body of this response.";
}

/**
 * @param {CapturedRequest} request
 * @param {SenderResponse} response
 * @param {string} [provider]
 */
function sourceOf(request, response, provider) {
  if (isTooLarge(request, response)) return "from the server, because the request was too large";
  return decidedBy(response.by, provider);
}

/**
 * @param {Pick<CapturedRequest, "body">} request
 * @param {Pick<SenderResponse, "status">} response
 */
function isTooLarge({ body }, { status }) {
  return !body.complete && status === 413;
}

/**
 * @param {string} method
 * @param {CapturedRequest["headers"]} headers
 */
function isPreflight(method, headers) {
  return method === "OPTIONS" && headers.some(([name]) => PREFLIGHT.test(name));
}

/** Names of the headers that every response of a callback has: docs/protocol.md. */
const DEFAULT_HEADERS =
  "Access-Control-Allow-Origin, Cache-Control, Content-Length, Content-Security-Policy, Webhook-Viewers and X-Content-Type-Options";

const PREFLIGHT = /^access-control-request-method$/i;

addStyle(sheet);
customElements.define("response-detail", ResponseDetail);
