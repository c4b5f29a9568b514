import { html, LitElement } from "lit";

/** Time that the page says that it is live again. */
const SHOWN_MS = 8000;

/** Explains why the page is not live. Afterwards it says for a moment that the page is live again. */
export class LinkNotice extends LitElement {
  static properties = { link: { attribute: false }, over: { state: true } };

  constructor() {
    super();
    /** @type {import("../state/store.js").Link | undefined} */
    this.link = undefined;
    /** The notice after an outage, or "". */
    this.over = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    if (!changed.has("link")) return;
    clearTimeout(this.timer);
    this.over = "";
    // A short outage ends before anyone has read why.
    if (this.link?.state === "live" && changed.get("link")?.message) this.show();
  }

  show() {
    this.over = "The connection was interrupted. This page is live again.";
    this.timer = setTimeout(() => {
      this.over = "";
    }, SHOWN_MS);
  }

  render() {
    return html`
      <p class="link-notice" role="alert" data-state=${this.link?.state ?? ""}>${this.link && textOf(this.link)}</p>
      <p class="link-notice" role="status" data-state="over">${this.over}</p>
    `;
  }
}

/** @param {import("../state/store.js").Link} link */
function textOf({ state, message }) {
  return state === "refused" ? `The server refused this page: ${message}` : message;
}

customElements.define("link-notice", LinkNotice);
