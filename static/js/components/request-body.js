import { html, LitElement } from "lit";
import { partsOf, viewsOf } from "../body.js";
import { mediaType } from "../captured.js";
import { byteCount, byteSize, visible } from "../format.js";
import "./copy-button.js";

/** @typedef {import("../body.js").BodyView} BodyView */

/** @type {Record<BodyView, string>} */
const NAMES = { json: "JSON", text: "Text", hex: "Hex" };

/** The body: JSON laid out, else text, else hex; each of them a click away. */
export class RequestBody extends LitElement {
  static properties = {
    request: { attribute: false },
    chosen: { state: true },
    all: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {BodyView[]} */
    this.views = [];
    /** @type {BodyView} */
    this.chosen = "hex";
    this.all = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("request") || !this.request) return;
    this.views = viewsOf(this.request.body, mediaType(this.request));
    this.chosen = this.views[0];
    this.all = false;
  }

  render() {
    if (!this.request) return;
    const { body } = this.request;
    if (!body.complete) {
      return html`<p class="body-note">
        Larger than the server’s limit: ${byteCount(body.size)}, not kept.
      </p>`;
    }
    if (body.size === 0) return html`<p class="body-note">No body.</p>`;
    return html`${this.toolbar(body)}${this.content(body)}`;
  }

  /** @param {import("../captured.js").Body} body */
  toolbar(body) {
    return html`
      <div class="body-bar">
        <div class="body-views" role="group" aria-label="Show the body as">
          ${this.views.map((view) => this.choice(view))}
        </div>
        ${
          body.encoding === "utf-8"
            ? html`<copy-button .text=${body.content} what="the body as sent"></copy-button>`
            : ""
        }
      </div>
    `;
  }

  /** @param {BodyView} view */
  choice(view) {
    const choose = () => {
      this.chosen = view;
      this.all = false;
    };
    return html`<button type="button" aria-pressed=${view === this.chosen} @click=${choose}>
      ${NAMES[view]}
    </button>`;
  }

  /** @param {import("../captured.js").Body} body */
  content(body) {
    const { parts, cut } = partsOf(body, this.chosen, this.all);
    const showAll = () => {
      this.all = true;
    };
    return html`
      <pre class="body-text captured" data-view=${this.chosen} tabindex="0" aria-label="Body">${parts.map(part)}</pre>
      ${cut ? html`<button type="button" class="button" @click=${showAll}>Show all ${byteSize(body.size)}</button>` : ""}
    `;
  }
}

/** @param {import("../body.js").Part} part */
function part({ tone, text }) {
  if (tone === "plain") return text;
  if (tone === "chunk") return html`<div class="body-chunk">${visible(text)}</div>`;
  return html`<span data-tone=${tone}>${visible(text)}</span>`;
}

customElements.define("request-body", RequestBody);
