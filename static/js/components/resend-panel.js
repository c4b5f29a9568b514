import { html, LitElement } from "lit";
import { byteCount, visible } from "../format.js";
import {
  differences,
  explain,
  isReachable,
  NO_URL,
  obstacle,
  send,
  targetText,
  urlOf,
} from "../resend.js";
import "./body-source.js";
import "./copy-button.js";
import "./pairs-table.js";

/** @typedef {import("../captured.js").CapturedRequest} CapturedRequest */
/** @typedef {import("../resend.js").Answer} Answer */
/** @typedef {import("../resend.js").Explanation} Explanation */
/** @typedef {import("../resend.js").Target} Target */
/** @typedef {{answer?: Answer, problem?: Explanation, reach?: string}} Outcome */

/** @type {{text: string, request: CapturedRequest} | null} kept for as long as the page is open */
let last = null;

/** Sends a captured request again, from this browser to any URL, and shows what comes back. */
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

  /** Unfolds it, ready to type. */
  open() {
    const details = this.querySelector("details");
    if (details) details.open = true;
    this.field?.select();
  }

  render() {
    const { request } = this;
    if (!request) return;
    const hindrance = obstacle(request);
    return html`
      <details class="resend">
        <summary>Resend</summary>
        ${hindrance ? html`<p class="resend-note">${hindrance}</p>` : this.form(request)}
      </details>
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
            class="captured" inputmode="url" autocomplete="off" spellcheck="false"
            .value=${targetText(request, last)} ?readonly=${sending !== null}
          />
        </label>
        <button class="button" aria-disabled=${sending !== null}>Send</button>
        ${sending ? html`<button type="button" class="button" @click=${this.cancel}>Cancel</button>` : ""}
      </form>
      ${differences(request).map((text) => html`<p class="resend-note">${visible(text)}</p>`)}
      <div class="resend-status" role="status">${sending ? "Sending…" : summary(outcome)}</div>
      ${outcome.problem ? this.help(outcome.problem) : ""} ${outcome.answer ? answered(outcome.answer) : ""}
    `;
  }

  /** @param {Explanation} problem */
  help({ headers, askable }) {
    const text = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    if (!askable) return;
    return html`
      <pre class="resend-headers captured">${visible(text)}</pre>
      <div class="resend-tools">
        <copy-button .text=${text} what="the headers"></copy-button>
        <button type="button" class="button" @click=${this.ask}>Is it reachable?</button>
      </div>
    `;
  }

  /** @param {Event} event */
  onSubmit(event) {
    event.preventDefault();
    const { request, field } = this;
    if (!request || !field || this.sending) return;
    last = { text: field.value.trim(), request };
    const url = urlOf(last.text);
    if (url) this.send({ url, request, origin: location.origin });
    else this.outcome = { problem: NO_URL };
  }

  /** @param {Target} target */
  async send(target) {
    const controller = new AbortController();
    this.sending = controller;
    const outcome = await outcomeOf(target, controller);
    if (this.sending !== controller) return; // another request is shown by now
    this.sending = null;
    this.outcome = outcome;
  }

  cancel() {
    this.sending?.abort();
    this.querySelector("button")?.focus(); // this one goes away
  }

  async ask() {
    const { outcome } = this;
    const url = last && urlOf(last.text);
    if (!url) return;
    this.outcome = { ...outcome, reach: "Asking…" };
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
    return { answer: await send(target, controller) };
  } catch (error) {
    return { problem: explain(error, target) };
  }
}

/** @param {Outcome} outcome */
function summary({ answer, problem, reach = "" }) {
  if (answer) {
    const good = answer.status >= 200 && answer.status < 300;
    return html`<p class="resend-answer" data-good=${good}>${answerText(answer)}</p>`;
  }
  const sentences = [...(problem?.sentences ?? []), reach].filter(Boolean);
  return sentences.map((text) => html`<p>${text}</p>`);
}

/** @param {Answer} answer */
function answerText({ status, reason, milliseconds }) {
  const time = `${Math.round(milliseconds).toLocaleString("en-US")} ms`;
  if (status) return `${status} ${visible(reason)} in ${time}`;
  return `A redirect, in ${time}. It was not followed; the browser does not tell where it leads.`;
}

/** @param {Answer} answer */
function answered({ headers, shared, body }) {
  const note = "Only those that CORS lets this page read.";
  return html`
    <h3>Headers of the answer <span>${headers.length}</span></h3>
    ${shared ? html`<p class="resend-note">${note}</p>` : ""}
    <pairs-table .pairs=${headers} label="Headers of the answer"></pairs-table>
    <h3>Body of the answer</h3>
    ${body.size > 0 ? html`<body-source .body=${body}></body-source>` : ""}
    <p class="resend-note">${bodyNote(body)}</p>
  `;
}

/** @param {Answer["body"]} body */
function bodyNote({ size, complete }) {
  if (!complete) return `Only its beginning was read: ${byteCount(size)}.`;
  return size === 0 ? "No body." : byteCount(size);
}

/**
 * @param {boolean} reachable
 * @param {URL} url
 */
function reachText(reachable, { origin }) {
  if (reachable) return `Something answers at ${origin}: it was CORS that stood in the way.`;
  return `Nothing answers at ${origin}, or the browser does not let this page reach it.`;
}

customElements.define("resend-panel", ResendPanel);
