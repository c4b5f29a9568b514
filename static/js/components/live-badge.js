import { html, LitElement, unsafeCSS } from "lit";
import { LINK_DESCRIPTIONS, LINK_NAMES } from "../text/link-words.js";
import { secondsUntil } from "../wire/retry.js";
import { baseStyles } from "./base-styles.js";
import { define } from "./define.js";
import sheet from "./live-badge.css";

/** @typedef {import("../state/store.js").Link} Link */

const TICK_MS = 250;

/**
 * Shows whether the log is live.
 * @fires try-now  reconnect without waiting for the next attempt
 */
export class LiveBadge extends LitElement {
  static styles = [baseStyles, unsafeCSS(sheet)];
  static properties = { link: { attribute: false } };

  constructor() {
    super();
    /** @type {Link} */
    this.link = { state: "connecting", message: "", retryAt: 0 };
  }

  /** Update the countdown until it ends. */
  updated() {
    clearTimeout(this.timer);
    if (this.seconds) this.timer = setTimeout(() => this.requestUpdate(), TICK_MS);
  }

  get seconds() {
    return secondsUntil(this.link.retryAt, Date.now());
  }

  render() {
    const { state, message } = this.link;
    const { seconds } = this;
    return html`
      <span part="badge badge-${state}" class="badge" data-state=${state} title=${message || LINK_DESCRIPTIONS[state]}>
        <span class="badge-dot" aria-hidden="true"></span>
        <span class="badge-word" role="status">${LINK_NAMES[state]}</span>
        ${seconds ? html`<span class="badge-count" aria-hidden="true">retrying in ${seconds} s</span>` : ""}
      </span>
      ${state === "reconnecting" || state === "offline" ? this.tryNow() : ""}
    `;
  }

  tryNow() {
    const retry = () => this.dispatchEvent(new CustomEvent("try-now", { bubbles: true }));
    return html`<button part="button" type="button" class="button badge-try" @click=${retry}>Retry</button>`;
  }
}

define("webhook-badge", LiveBadge);
