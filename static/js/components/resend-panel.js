import { html, LitElement } from "lit";
import { callbackOrigin } from "../browser/callback-base.js";
import { addStyle } from "../browser/style.js";
import { forwardUrl, targetsOf } from "../export/targets.js";
import { Unsignable } from "../providers/signature-text.js";
import {
  draftDifferences,
  draftOf,
  draftProblem,
  editedRequest,
  jsonHint,
} from "../resend/draft.js";
import { explain, explanation, INVALID_URL } from "../resend/problems.js";
import { repeat, timesOf } from "../resend/repeat.js";
import { isReachable, parseTarget, targetText } from "../resend/resend.js";
import { signedAgain, signerToRepeat } from "../resend/resign.js";
import { visible } from "../text/format.js";
import sheet from "./resend-panel.css";
import "./copy-button.js";
import { closeIcon, sendIcon } from "./icons.js";
import { bodyField, headerFields, requestLine, timesField } from "./resend-form.js";
import { results, summary } from "./resend-outcome.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../resend/draft.js").Draft} Draft
 * @typedef {import("../resend/resend.js").ResendResponse} ResendResponse
 * @typedef {import("../resend/problems.js").Explanation} Explanation
 * @typedef {import("./resend-outcome.js").Outcome} Outcome
 */

/** @type {{text: string, request: CapturedRequest} | null} kept until the page is closed */
let last = null;

/** @type {Outcome} */
const NOTHING = { responses: [] };

/**
 * Edits a captured request, sends it from this browser to any URL, and shows the response next to the one
 * that the sender got.
 * @fires close-resend  the user closes the panel
 * @fires show-sheet    the user wants to forward to a local server instead
 */
export class ResendPanel extends LitElement {
  static properties = {
    request: { attribute: false },
    response: { attribute: false },
    secrets: { attribute: false },
    forwardTo: {},
    alone: { type: Boolean },
    draft: { state: true },
    times: { state: true },
    signs: { state: true },
    sending: { state: true },
    outcome: { state: true },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** The response to the sender. @type {import("../state/responses.js").SenderResponse | undefined} */
    this.response = undefined;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    /** Whether there is no callback to forward from. */
    this.alone = false;
    /** @type {Draft | undefined} */
    this.draft = undefined;
    this.times = 1;
    /** Whether the request gets a new signature. */
    this.signs = false;
    /** The provider that signed the request. @type {import("../providers/registry.js").Provider | undefined} */
    this.signer = undefined;
    /** @type {AbortController | null} */
    this.sending = null;
    this.outcome = NOTHING;
    /** @type {() => void} */
    this.unsubscribe = () => {};
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sending?.abort();
    this.unsubscribe();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("secrets")) {
      this.unsubscribe();
      this.unsubscribe = this.secrets?.subscribe(() => this.requestUpdate()) ?? (() => {});
    }
    if (!changed.has("request") || !this.request) return;
    this.sending?.abort();
    this.sending = null;
    this.outcome = NOTHING;
    this.times = 1;
    this.signs = false;
    this.signer = signerToRepeat(this.request);
    this.draft = this.captured(this.request);
  }

  /** Go to the URL. */
  async open() {
    await this.updateComplete;
    this.field(".resend-url input")?.focus();
  }

  /** @param {string} selector */
  field(selector) {
    return /** @type {HTMLElement | null} */ (this.querySelector(selector));
  }

  /** @param {CapturedRequest} request */
  captured(request) {
    return draftOf(request, targetText(request, last, forwardUrl(this.forwardTo)));
  }

  render() {
    const { request, draft } = this;
    if (!request || !draft) return;
    return html`
      <section class="resend" aria-labelledby="resend-title">
        <header class="resend-head">
          <h3 id="resend-title">Resend</h3>
          <button type="button" class="button" @click=${this.reset}>Reset to captured</button>
          <button type="button" class="icon-button" @click=${this.close}>
            ${closeIcon}<span class="visually-hidden">Close Resend</span>
          </button>
        </header>
        ${this.form(request, draft)} ${this.result()}
      </section>
    `;
  }

  /**
   * @param {CapturedRequest} request
   * @param {Draft} draft
   */
  form(request, draft) {
    const { sending, times } = this;
    const edited = editedRequest(draft, request);
    const change = this.change.bind(this);
    const actions = {
      add: () => this.addHeader(),
      remove: (/** @type {number} */ at) => this.removeHeader(at),
    };
    const problem = draftProblem(edited);
    const notes = problem ? [problem] : draftDifferences(draft, request);
    return html`<form class="resend-form" novalidate @submit=${this.onSubmit}>
      ${requestLine(draft, targetsOf(request, callbackOrigin(), this.forwardTo), change)}
      ${headerFields(draft.headers, change, actions)}
      ${bodyField(draft, request, draft.text === null ? "" : jsonHint(edited), change)}
      ${this.signature(edited, request)}
      <div class="resend-notes" id="resend-notes">${notes.map((text) => html`<p class="resend-note">${visible(text)}</p>`)}</div>
      <div class="resend-send">
        <button class="button primary" aria-disabled=${sending !== null || problem !== ""} aria-describedby="resend-notes">${sendIcon}Send</button>
        ${timesField(times, (text) => this.repeatTimes(text))}
        ${sending ? html`<button type="button" class="button" @click=${this.cancel}>Cancel</button>` : ""}
        ${sending && times > 1 ? this.progress() : ""}
        ${this.alone ? "" : html`<button type="button" class="link-button" @click=${this.showLocal}>Send to your machine instead</button>`}
      </div>
    </form>`;
  }

  /**
   * Offer to sign again, or say that the signature does not match any more.
   * @param {CapturedRequest} edited
   * @param {CapturedRequest} request
   */
  signature(edited, request) {
    const { signer, signs } = this;
    if (!signer) return "";
    const { name } = signer;
    if (this.secrets?.get(signer.id)) {
      return html`<label class="resend-sign">
        <input type="checkbox" .checked=${signs} @change=${this.onSigns} /><span>Sign again as ${name}</span>
      </label>`;
    }
    if (edited.body === request.body) return "";
    return html`<p class="resend-note">The signature of ${name} does not match the edited body. To sign again, check the signature and let this page remember the secret.</p>`;
  }

  /** @param {Event} event */
  onSigns({ target }) {
    this.signs = /** @type {HTMLInputElement} */ (target).checked;
  }

  progress() {
    const { times, outcome } = this;
    const sent = outcome.responses.length;
    return html`<progress max=${times} value=${sent} aria-label="Sent"></progress><span>${sent} of ${times}</span>`;
  }

  result() {
    const { sending, outcome, response } = this;
    const { problem, responses } = outcome;
    return html`
      <div class="resend-status" role="status">${sending ? "Sending…" : summary(outcome, response)}</div>
      ${problem ? this.help(problem) : ""}
      ${!sending && responses.length > 0 ? results(responses[responses.length - 1], response) : ""}
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
        ${this.alone ? "" : html`<button type="button" class="button" @click=${this.showLocal}>Send to your machine</button>`}
      </div>
      ${this.alone ? "" : html`<p class="resend-note">The command for your machine needs no CORS.</p>`}
    `;
  }

  /** @param {Partial<Draft>} changes */
  change(changes) {
    if (this.draft) this.draft = { ...this.draft, ...changes };
    if (this.outcome.unsent) this.outcome = NOTHING;
  }

  async addHeader() {
    this.change({ headers: [...(this.draft?.headers ?? []), { name: "", value: "", on: true }] });
    await this.updateComplete;
    this.field(".resend-header:last-of-type .captured")?.focus();
  }

  /** @param {number} at */
  async removeHeader(at) {
    this.change({ headers: this.draft?.headers.filter((_, index) => index !== at) });
    await this.updateComplete;
    const buttons = [...this.querySelectorAll(".resend-header button"), this.field(".resend-add")];
    /** @type {HTMLElement | null} */ (buttons[Math.min(at, buttons.length - 1)])?.focus();
  }

  /** @param {string} text */
  repeatTimes(text) {
    this.times = timesOf(text);
    this.requestUpdate();
  }

  reset() {
    const { request } = this;
    if (!request) return;
    this.draft = this.captured(request);
    this.times = 1;
    this.outcome = NOTHING;
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    const { request, draft } = this;
    if (!request || !draft || this.sending) return;
    const edited = editedRequest(draft, request);
    const problem = draftProblem(edited);
    if (problem) {
      this.refuse(explanation(problem));
      return;
    }
    last = { text: draft.url.trim(), request };
    const url = parseTarget(last.text);
    if (!url) {
      this.refuse(INVALID_URL);
      return;
    }
    try {
      const outgoing = await this.signed(edited, url);
      if (this.sending || this.request !== request) return; // another one is selected now
      this.send({ url, request: outgoing, origin: location.origin });
    } catch (error) {
      if (!(error instanceof Unsignable)) throw error;
      this.refuse(explanation(error.message));
    }
  }

  /**
   * Say why nothing was sent, until the user edits the draft.
   * @param {Explanation} problem
   */
  refuse(problem) {
    this.outcome = { responses: [], problem, unsent: true };
  }

  /**
   * Return the request, signed again if the user wants it.
   * @param {CapturedRequest} request
   * @param {URL} url
   */
  async signed(request, url) {
    const { signer, signs, secrets } = this;
    const entered = signer && secrets?.get(signer.id);
    return signs && entered ? signedAgain(request, url, signer, entered) : request;
  }

  /** @param {import("../resend/resend.js").Target} target */
  async send(target) {
    const controller = new AbortController();
    this.sending = controller;
    this.outcome = NOTHING;
    const problem = await this.repeat(target, controller);
    if (this.sending !== controller) return; // the page shows another request now
    this.sending = null;
    this.outcome = { ...this.outcome, problem };
  }

  /**
   * Send the request the chosen number of times. Return the problem that ended it, if any.
   * @param {import("../resend/resend.js").Target} target
   * @param {AbortController} controller
   */
  async repeat(target, controller) {
    try {
      await repeat(target, this.times, controller, (response) => {
        if (this.sending === controller) this.report(response);
      });
    } catch (error) {
      return explain(error, target);
    }
  }

  /** @param {ResendResponse} response */
  report(response) {
    this.outcome = { responses: [...this.outcome.responses, response] };
  }

  cancel() {
    this.sending?.abort();
    this.field(".resend-send button")?.focus(); // the Cancel button disappears
  }

  async check() {
    const { outcome } = this;
    const url = last && parseTarget(last.text);
    if (!url) return;
    this.outcome = { ...outcome, reach: "Checking…" };
    const reach = reachText(await isReachable(url), url);
    if (this.outcome.problem === outcome.problem) this.outcome = { ...outcome, reach };
  }

  showLocal() {
    this.dispatchEvent(new CustomEvent("show-sheet", { detail: "local-sheet", bubbles: true }));
  }

  close() {
    this.dispatchEvent(new CustomEvent("close-resend", { bubbles: true }));
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

addStyle(sheet);
customElements.define("resend-panel", ResendPanel);
