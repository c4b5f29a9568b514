import { html, LitElement, nothing } from "lit";
import { recognise } from "../providers/recognise.js";
import { subscriptionOf } from "../providers/subscription.js";
import { fullTime, visible } from "../text/format.js";
import { sentDate, span } from "../text/timestamps.js";
import { linkIcon } from "./icons.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../providers/recognise.js").Recognition} Recognition
 */

/** The provider of a request, and its delivery. Empty if no provider is recognised. */
export class ProviderFacts extends LitElement {
  static properties = { request: { attribute: false } };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { request } = this;
    const found = request && recognise(request);
    if (!found) return nothing;
    const { provider, event } = found;
    return html`
      <section class="provider" aria-label="Provider">
        <p class="provider-title">
          <span class="captured"><b>${provider.name}</b>${event ? html` · ${visible(event)}` : nothing}</span>
          <a href=${provider.documentation} target="_blank" rel="noopener">Documentation${linkIcon}</a>
        </p>
        ${facts(found, request)} ${subscription(request, found)}
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
