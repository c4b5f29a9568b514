import { html, LitElement } from "lit";
import { viewsOf } from "../body.js";
import { mediaType } from "../captured.js";
import { codingsOf } from "../content-coding.js";
import { byteCount } from "../format.js";
import "./body-coding.js";
import { bodyContent } from "./body-content.js";
import "./copy-button.js";

/** @typedef {import("../body.js").Body} Body */
/** @typedef {import("../body.js").BodyView} BodyView */

/** @type {Partial<Record<BodyView, string>>} */
const NAMES = { preview: "Preview", text: "Raw", hex: "Hex" };

/** The body: as readable as it gets, raw and in hex; decompressed on request. */
export class RequestBody extends LitElement {
  static properties = {
    request: { attribute: false },
    body: { state: true },
    chosen: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {Body | undefined} as sent, or decompressed */
    this.body = undefined;
    /** @type {BodyView[]} */
    this.views = [];
    /** @type {BodyView} */
    this.chosen = "hex";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("request") && this.request) this.show(this.request, this.request.body);
  }

  /**
   * @param {import("../captured.js").CapturedRequest} request
   * @param {Body} body
   */
  show(request, body) {
    const compressed = body === request.body && codingsOf(request).length > 0;
    this.body = body;
    this.views = viewsOf(body, compressed ? "" : mediaType(request));
    this.chosen = this.views[0];
  }

  render() {
    const { request, body } = this;
    if (!request || !body) return;
    if (!body.complete) {
      return html`<p class="body-note">
        Larger than the server’s limit: ${byteCount(body.size)}, not kept.
      </p>`;
    }
    if (body.size === 0) return html`<p class="body-note">No body.</p>`;
    return html`
      <body-coding .request=${request} @change-body=${this.onChange}></body-coding>
      ${this.toolbar(body)} ${bodyContent(this.chosen, body, request)}
    `;
  }

  /** @param {CustomEvent<Body>} event */
  onChange({ detail }) {
    if (this.request) this.show(this.request, detail);
  }

  /** @param {Body} body */
  toolbar(body) {
    return html`
      <div class="body-bar">
        <div class="body-views" role="group" aria-label="Show the body as">
          ${this.views.map((view) => this.choice(view))}
        </div>
        ${
          body.encoding === "utf-8"
            ? html`<copy-button .text=${body.content} what="the body"></copy-button>`
            : ""
        }
      </div>
    `;
  }

  /** @param {BodyView} view */
  choice(view) {
    const choose = () => {
      this.chosen = view;
    };
    return html`<button type="button" aria-pressed=${view === this.chosen} @click=${choose}>
      ${NAMES[view] ?? "Pretty"}
    </button>`;
  }
}

customElements.define("request-body", RequestBody);
