import { html, LitElement } from "lit";

const WORDS = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  stalled: "Queue lost",
  offline: "Offline",
  refused: "Refused",
};

const MEANINGS = {
  connecting: "Connecting to the server",
  live: "Requests show here the moment they arrive",
  reconnecting: "The connection was lost; the page comes back by itself",
  stalled: "The server lost its queue and takes no requests; the page goes on by itself",
  offline: "This device has no network; the page comes back by itself",
  refused: "The server does not take this page",
};

/** Whether this page is live, never in doubt. */
export class LiveBadge extends LitElement {
  static properties = { link: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../store.js").Link} */
    this.link = { state: "connecting", message: "" };
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { state, message } = this.link;
    return html`
      <span class="badge" data-state=${state} role="status" title=${message || MEANINGS[state]}>
        <span class="badge-dot" aria-hidden="true"></span>${WORDS[state]}
      </span>
    `;
  }
}

customElements.define("live-badge", LiveBadge);
