import { html, LitElement } from "lit";

/** A good-bye can be over before it is read. */
const SHOWN_MS = 8000;

/** Why the page is not live, where there is more to say than the badge has room for. */
export class LinkNotice extends LitElement {
  static properties = { link: { attribute: false }, text: { state: true } };

  constructor() {
    super();
    /** @type {import("../state/store.js").Link | undefined} */
    this.link = undefined;
    this.text = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("link") || !this.link?.message) return;
    this.text = textOf(this.link);
    clearTimeout(this.timer);
    if (this.link.state !== "refused") this.timer = setTimeout(() => this.end(), SHOWN_MS);
  }

  end() {
    this.text = "";
  }

  render() {
    return html`<p class="link-notice" role="alert" data-state=${this.link?.state ?? ""}>${this.text}</p>`;
  }
}

/** @param {import("../state/store.js").Link} link */
function textOf({ state, message }) {
  return state === "refused" ? `The server refused this page: ${message}` : message;
}

customElements.define("link-notice", LinkNotice);
