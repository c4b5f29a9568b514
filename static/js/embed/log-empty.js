import { html } from "lit";
import { copyButton } from "./copy.js";

/**
 * Before the first request: where to send it.
 * @param {string} url
 * @param {boolean} live  until then it must not look as if it were listening
 * @param {{copied: import("./copy.js").Copied, actions: import("./log-row.js").Actions}} how
 */
export function logEmpty(url, live, how) {
  return html`<div part="empty" class="empty">
    <p class="waiting">${live ? "Waiting for the next request" : "Not live yet"}</p>
    <p>Send one to this URL, and it shows here the moment it arrives.</p>
    <p class="heading"><code part="url" class="url">${url}</code> ${copyButton(url, "URL", how)}</p>
  </div>`;
}
