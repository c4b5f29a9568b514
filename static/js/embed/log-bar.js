/** The bar of a log: whether it is live, who watches, and what can be done. */

import { html, nothing } from "lit";
import { requestCount } from "../text/format.js";
import { LINK_MEANINGS, LINK_WORDS } from "../text/link-words.js";
import { secondsUntil } from "../wire/retry.js";
import { copyButton } from "./copy.js";

/**
 * @typedef {object} Bar
 * @property {import("../state/store.js").Snapshot} snapshot
 * @property {import("../wire/contract.js").Place | undefined} place
 * @property {import("./copy.js").Copied} copied
 * @property {import("./log-row.js").Actions} actions
 *
 * @param {Bar} bar
 */
export function logBar({ snapshot, place, ...how }) {
  const { link, viewers, requests } = snapshot;
  return html`
    <div part="bar" class="bar">
      ${badge(link)} ${waits(link) ? button("Try now", how.actions.tryNow) : nothing}
      <span part="facts" class="facts">
        ${link.state === "live" ? html`<span part="viewers">${viewersText(viewers)}</span>` : nothing}
        ${requests ? html`<span part="count">${requestCount(requests)}</span>` : nothing}
      </span>
      <span class="actions">
        ${requests ? button("Clear", how.actions.clear) : nothing}
        ${requests && place ? copyButton(`${place.server}/${place.uuid}`, "URL", how) : nothing}
        ${place ? html`<a part="button" class="button" href="${place.server}/view/${place.uuid}" target="_blank" rel="noopener noreferrer">Open page</a>` : nothing}
      </span>
    </div>
    ${link.message ? html`<p part="notice" class="notice message" data-state=${link.state} role="alert">${messageText(link)}</p>` : nothing}
  `;
}

/** @param {import("../state/store.js").Link} link */
function badge({ state, retryAt }) {
  const seconds = secondsUntil(retryAt, Date.now());
  return html`<span part="badge badge-${state}" class="badge" data-state=${state} title=${LINK_MEANINGS[state]}>
    <span class="dot" aria-hidden="true"></span>
    <span role="status">${LINK_WORDS[state]}</span>
    ${seconds ? html`<span class="soon" aria-hidden="true">in ${seconds} s</span>` : nothing}
  </span>`;
}

/**
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  return html`<button part="button" class="button" type="button" @click=${act}>${text}</button>`;
}

/** @param {import("../state/store.js").Link} link */
function waits({ state }) {
  return state === "reconnecting" || state === "offline";
}

/** @param {number} viewers */
function viewersText(viewers) {
  return viewers === 1 ? "1 viewer" : `${viewers.toLocaleString("en-US")} viewers`;
}

/** @param {import("../state/store.js").Link} link */
function messageText({ state, message }) {
  return state === "refused" ? `Not connected: ${message}` : message;
}
