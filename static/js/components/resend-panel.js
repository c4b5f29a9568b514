import { html, LitElement } from "lit";
import { explain, INVALID_URL } from "../resend/problems.js";
import {
  blockedReason,
  differences,
  isReachable,
  parseTarget,
  send,
  targetText,
} from "../resend/resend.js";
import { visible } from "../text/format.js";
import "./copy-button.js";
import { responded, summary } from "./resend-outcome.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */
/** @typedef {import("../resend/resend.js").Target} Target */
/** @typedef {import("../resend/problems.js").Explanation} Explanation */
/** @typedef {import("./resend-outcome.js").Outcome} Outcome */

/** @type {{text: string, request: CapturedRequest} | null} kept until the page is closed */
let last = null;

/** Resends a captured request from this browser to any URL, and shows the response. */
export class ResendPanel extends LitElement {
  static properties = {
    request: { attribute: false },
    sending: { state: true },
    outcome: { state: true },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {AbortController | null} */
    this.sending = null;
    /** @type {Outcome} */
    this.outcome = {};
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sending?.abort();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request")) return;
    this.sending?.abort();
    this.sending = null;
    this.outcome = {};
  }

  get field() {
    return this.querySelector("input");
  }

  /** Open the panel, and go to its first field. */
  async open() {
    await this.updateComplete;
    const details = /** @type {HTMLDetailsElement} */ (this.querySelector("details"));
    details.open = true;
    (this.field ?? details.querySelector("summary"))?.focus();
  }

  render() {
    const { request } = this;
    if (!request) return;
    const reason = blockedReason(request);
    return html`
      <section aria-labelledby="resend-title">
        <details class="fold resend">
          <summary><h3 id="resend-title">Resend</h3></summary>
          ${reason ? html`<p class="resend-note">${reason}</p>` : this.form(request)}
        </details>
      </section>
    `;
  }

  /** @param {CapturedRequest} request */
  form(request) {
    const { sending, outcome } = this;
    return html`
      <form class="resend-form" novalidate @submit=${this.onSubmit}>
        <label>
          <span>Send from this browser to</span>
          <input
            class="field captured" inputmode="url" autocomplete="off" spellcheck="false"
            .value=${targetText(request, last)} ?readonly=${sending !== null}
          />
        </label>
        <button class="button" aria-disabled=${sending !== null}>Send</button>
        ${sending ? html`<button type="button" class="button" @click=${this.cancel}>Cancel</button>` : ""}
      </form>
      ${differences(request).map((text) => html`<p class="resend-note">${visible(text)}</p>`)}
      <div class="resend-status" role="status">${sending ? "Sending…" : summary(outcome)}</div>
      ${outcome.problem ? this.help(outcome.problem) : ""} ${outcome.response ? responded(outcome.response) : ""}
    `;
  }

  /** @param {Explanation} problem */
  help({ headers, canProbe }) {
    const text = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    if (!canProbe) return;
    return html`
      <pre class="resend-headers captured">${visible(text)}</pre>
      <div class="resend-tools">
        <webhook-copy-button .text=${text} what="the headers"></webhook-copy-button>
        <button type="button" class="button" @click=${this.check}>Check reachability</button>
      </div>
    `;
  }

  /** @param {Event} event */
  onSubmit(event) {
    event.preventDefault();
    const { request, field } = this;
    if (!request || !field || this.sending) return;
    last = { text: field.value.trim(), request };
    const url = parseTarget(last.text);
    if (url) this.send({ url, request, origin: location.origin });
    else this.outcome = { problem: INVALID_URL };
  }

  /** @param {Target} target */
  async send(target) {
    const controller = new AbortController();
    this.sending = controller;
    const outcome = await outcomeOf(target, controller);
    if (this.sending !== controller) return; // the page shows another request now
    this.sending = null;
    this.outcome = outcome;
  }

  cancel() {
    this.sending?.abort();
    this.querySelector("button")?.focus(); // the Cancel button disappears
  }

  async check() {
    const { outcome } = this;
    const url = last && parseTarget(last.text);
    if (!url) return;
    this.outcome = { ...outcome, reach: "Checking…" };
    const reach = reachText(await isReachable(url), url);
    if (this.outcome.problem === outcome.problem) this.outcome = { ...outcome, reach };
  }
}

/**
 * @param {Target} target
 * @param {AbortController} controller
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(target, controller) {
  try {
    return { response: await send(target, controller) };
  } catch (error) {
    return { problem: explain(error, target) };
  }
}

/**
 * @param {boolean} reachable
 * @param {URL} url
 */
function reachText(reachable, { origin }) {
  if (reachable) return `A server responds at ${origin}, so CORS blocked the request.`;
  return `No server responds at ${origin}, or the browser keeps this page from reaching it.`;
}

customElements.define("resend-panel", ResendPanel);
