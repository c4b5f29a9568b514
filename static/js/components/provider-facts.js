import { html, LitElement, nothing } from "lit";
import { findHandshake } from "../providers/handshake.js";
import { outcomeOf } from "../providers/handshake-outcome.js";
import { recognise } from "../providers/recognise.js";
import { subscriptionOf } from "../providers/subscription.js";
import { fullTime, visible } from "../text/format.js";
import { sentDate, span } from "../text/timestamps.js";
import { checkIcon, closeIcon, linkIcon, refusedIcon } from "./icons.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../providers/recognise.js").Recognition} Recognition
 * @typedef {import("../state/responses.js").SenderResponse} SenderResponse
 */

/**
 * The provider of a request, its delivery and its handshake. Empty if the request has neither.
 * @fires check-signature  the user wants to enter the secret
 */
export class ProviderFacts extends LitElement {
  static properties = {
    request: { attribute: false },
    response: { attribute: false },
    secrets: { attribute: false },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {SenderResponse | undefined} undefined while it is not known */
    this.response = undefined;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = this.secrets?.subscribe(() => this.requestUpdate());
  }

  disconnectedCallback() {
    this.unsubscribe?.();
    super.disconnectedCallback();
  }

  render() {
    const { request } = this;
    if (!request) return nothing;
    const found = recognise(request);
    if (!found && !findHandshake(request)) return nothing;
    return html`
      <section class="provider" aria-label="Provider">
        ${found ? facts(found, request) : html`<p class="provider-title">Handshake</p>`}
        ${this.handshake(request)}
        ${found ? subscription(request, found) : nothing}
      </section>
    `;
  }

  /**
   * Render the outcome of a handshake once the response is known.
   * @param {CapturedRequest} request
   */
  handshake(request) {
    const { response, secrets } = this;
    const isRemembered = (/** @type {string} */ provider) =>
      this.responds && secrets?.get(provider) !== undefined;
    const outcome = response && outcomeOf(request, response, isRemembered);
    if (!outcome) return nothing;
    const { state, text, needsSecret } = outcome;
    return html`<p class="provider-handshake" data-state=${state}>
      ${OUTCOME_ICONS[state]}<span>${text}${needsSecret ? this.advice() : nothing}</span>
    </p>`;
  }

  /** Whether this page may respond to handshakes. */
  get responds() {
    return this.secrets?.responds ?? true;
  }

  advice() {
    if (!this.responds) return " This server sends only its default response (REPLIES=off).";
    const open = () => this.dispatchEvent(new CustomEvent("check-signature", { bubbles: true }));
    return html` Enter the secret under <button type="button" @click=${open}>Check signature</button> and
      remember it for this tab: then this page responds to the next handshake.`;
  }
}

/**
 * Render delivery, attempt, timestamp and the link to the provider's documentation. The head of the
 * detail names provider and event.
 * @param {Recognition} found
 * @param {CapturedRequest} request
 */
function facts({ provider, delivery, attempt, timestamp }, request) {
  return html`<div class="provider-facts">
    ${
      delivery || attempt || timestamp
        ? html`<dl>
      ${delivery ? fact("Delivery", html`<span class="captured">${visible(delivery)}</span>`) : nothing}
      ${attempt ? fact("Attempt", attempt) : nothing}
      ${timestamp ? fact("Timestamp", sentText(timestamp, request)) : nothing}
    </dl>`
        : nothing
    }
    <a href=${provider.documentation} target="_blank" rel="noopener">${provider.name} documentation${linkIcon}</a>
  </div>`;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function fact(name, value) {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/**
 * Render a provider's timestamp as a time and its distance from the arrival of the request.
 * @param {string} timestamp
 * @param {CapturedRequest} request
 */
function sentText(timestamp, { received_at }) {
  const date = sentDate(timestamp);
  if (!date) return html`<span class="captured">${visible(timestamp)}</span>`;
  const iso = date.toISOString();
  const before = Date.parse(received_at) - date.getTime();
  const distance =
    Math.abs(before) < 1000
      ? ""
      : `, ${span(before)} ${before > 0 ? "before" : "after"} it arrived`;
  return html`<time datetime=${iso} title=${timestamp}>${fullTime(iso)}</time>${distance}`;
}

/** @type {Record<import("../providers/handshake-outcome.js").HandshakeOutcome["state"], unknown>} */
const OUTCOME_ICONS = {
  done: checkIcon,
  refused: closeIcon,
  own: refusedIcon,
  missing: refusedIcon,
};

/**
 * Render the button that confirms a subscription.
 * @param {CapturedRequest} request
 * @param {Recognition} found
 */
function subscription(request, { provider }) {
  const found = subscriptionOf(request, provider);
  if (!found) return nothing;
  return html`<p class="provider-subscription">
    <a class="button" href=${found.url} target="_blank" rel="noopener noreferrer">${found.label}${linkIcon}</a>
    <span>Opens ${new URL(found.url).hostname}</span>
  </p>`;
}

customElements.define("provider-facts", ProviderFacts);
