import { html, LitElement } from "lit";

/** Time that a message stays, even if the page reconnects sooner. */
const SHOWN_MS = 8000;

/** States whose message stays as long as the state. @type {readonly string[]} */
const LASTING = ["refused", "stalled"];

/** Explains why the page is not live. */
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

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    if (!changed.has("link") || !this.link) return;
    const before = changed.get("link")?.state ?? "";
    if (this.link.message) this.show(this.link);
    else if (LASTING.includes(before)) this.end();
  }

  /** @param {import("../state/store.js").Link} link */
  show(link) {
    this.text = textOf(link);
    clearTimeout(this.timer);
    if (!LASTING.includes(link.state)) this.timer = setTimeout(() => this.end(), SHOWN_MS);
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
