/** The bar of a log: live badge, viewers, request count and buttons. */

import { html, nothing } from "lit";
import "../components/copy-button.js";
import "../components/live-badge.js";
import { requestCount } from "../text/format.js";
import { watchLink } from "../wire/private.js";

const BADGE_PARTS = [
  ...["badge", "badge-connecting", "badge-live", "badge-reconnecting"],
  ...["badge-stalled", "badge-offline", "badge-refused", "button"],
].join();

/**
 * @typedef {object} Bar
 * @property {import("../state/store.js").Snapshot} snapshot
 * @property {import("../wire/contract.js").StreamPosition | undefined} place
 * @property {string} url  for senders
 * @property {import("./log-row.js").Actions} actions
 *
 * @param {Bar} bar
 */
export function logBar({ snapshot, place, url, actions }) {
  const { link, viewers, requests } = snapshot;
  return html`
    <div part="bar" class="bar">
      <webhook-badge exportparts=${BADGE_PARTS} .link=${link} @try-now=${actions.tryNow}></webhook-badge>
      <span part="info" class="info">
        ${link.state === "live" ? html`<span part="viewers">${viewersText(viewers)}</span>` : nothing}
        ${requests ? html`<span part="count">${requestCount(requests)}</span>` : nothing}
      </span>
      <span class="actions">
        ${requests ? button("Clear", actions.clear) : nothing}
        ${requests && place ? html`<webhook-copy-button .text=${url} label="Copy URL"></webhook-copy-button>` : nothing}
        ${place ? html`<a part="button" class="button" href=${watchLink(place)} target="_blank" rel="noopener noreferrer">Open dashboard</a>` : nothing}
      </span>
    </div>
    ${link.message ? html`<p part="notice" class="notice message" data-state=${link.state} role="alert">${messageText(link)}</p>` : nothing}
  `;
}

/**
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  return html`<button part="button" class="button" type="button" @click=${act}>${text}</button>`;
}

/** @param {number} viewers */
function viewersText(viewers) {
  return viewers === 1 ? "1 viewer" : `${viewers.toLocaleString("en-US")} viewers`;
}

/** @param {import("../state/store.js").Link} link */
function messageText({ state, message }) {
  return state === "refused" ? `Not connected: ${message}` : message;
}
