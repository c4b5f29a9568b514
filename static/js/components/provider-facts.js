import { html, LitElement, nothing } from "lit";
import { findHandshake } from "../providers/handshake.js";
import { recognise } from "../providers/recognise.js";
import { subscriptionOf } from "../providers/subscription.js";
import { fullTime, visible } from "../text/format.js";
import { sentDate, span } from "../text/timestamps.js";
import { checkIcon, linkIcon, refusedIcon } from "./icons.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../providers/recognise.js").Recognition} Recognition
 * @typedef {import("../state/responses.js").SenderResponse} SenderResponse
 */

/** The provider of a request, its delivery and its handshake. Empty if no provider is recognised. */
export class ProviderFacts extends LitElement {
  static properties = { request: { attribute: false }, response: { attribute: false } };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {SenderResponse | undefined} undefined while it is not known */
    this.response = undefined;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { request, response } = this;
    const found = request && recognise(request);
    if (!found) return nothing;
    const { provider, event } = found;
    return html`
      <section class="provider" aria-label="Provider">
        <p class="provider-title">
          <span class="captured"><b>${provider.name}</b>${event ? html` · ${visible(event)}` : nothing}</span>
          <a href=${provider.documentation} target="_blank" rel="noopener">Documentation${linkIcon}</a>
        </p>
        ${facts(found, request)} ${handshake(request, response)} ${subscription(request, found)}
      </section>
    `;
  }
}

/**
 * Render delivery, attempt and timestamp.
 * @param {Recognition} found
 * @param {CapturedRequest} request
 */
function facts({ delivery, attempt, timestamp }, request) {
  if (!delivery && !timestamp && !attempt) return nothing;
  return html`<dl class="provider-facts">
    ${delivery ? fact("Delivery", html`<span class="captured">${visible(delivery)}</span>`) : nothing}
    ${attempt ? fact("Attempt", attempt) : nothing}
    ${timestamp ? fact("Timestamp", sentText(timestamp, request)) : nothing}
  </dl>`;
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

/** Responses that the user decided: only they know whether these are right. @type {Record<string, string>} */
const OWN_RESPONSES = {
  reply: "the configured response",
  responder: "the response of the responder",
};

/**
 * Render the outcome of a handshake once the response is known.
 * @param {CapturedRequest} request
 * @param {SenderResponse | undefined} response
 */
function handshake(request, response) {
  const found = response && findHandshake(request);
  if (!found) return nothing;
  const { by } = response;
  if (by === (found.needsSecret ? "responder" : "handshake")) return outcome("done", found.about);
  const start = `This is a handshake of ${found.provider.name}`;
  if (Object.hasOwn(OWN_RESPONSES, by))
    return outcome("own", `${start}. It got ${OWN_RESPONSES[by]}.`);
  const missing = `${start}, which did not get the response that it expects.`;
  return outcome("missing", found.needsSecret ? `${missing} ${ENTER_SECRET}` : missing);
}

const ENTER_SECRET =
  "Enter the secret under “Check signature” and remember it for this tab: then this page responds to the next handshake.";

/**
 * @param {"done" | "own" | "missing"} state
 * @param {string} text
 */
function outcome(state, text) {
  const icon = state === "done" ? checkIcon : refusedIcon;
  return html`<p class="provider-handshake" data-state=${state}>${icon}<span>${text}</span></p>`;
}

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
