import { html, LitElement } from "lit";
import { mediaType, methodTone, targetBelow } from "../captured.js";
import { byteSize, clockTime, fullTime, visible } from "../format.js";

/** One captured request in the list. */
export class RequestRow extends LitElement {
  static properties = {
    request: { attribute: false },
    selected: { type: Boolean },
    reachable: { type: Boolean },
  };

  constructor() {
    super();
    /** @type {import("../captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    this.selected = false;
    /** The one row that the Tab key stops at; arrow keys reach the others. */
    this.reachable = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { request } = this;
    if (!request) return;
    const type = mediaType(request) || (request.body.size ? "no content type" : "no body");
    return html`
      <button
        type="button"
        class="row"
        data-id=${request.id}
        aria-current=${this.selected}
        tabindex=${this.reachable ? 0 : -1}
      >
        <span class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
        <span class="row-target captured">${visible(targetBelow(request))}</span>
        <time class="row-time" datetime=${request.received_at} title=${fullTime(request.received_at)}
          >${clockTime(request.received_at)}</time
        >
        <span class="row-type captured">${visible(type)}</span>
        <span class="row-size">${byteSize(request.body.size)}</span>
      </button>
    `;
  }
}

customElements.define("request-row", RequestRow);
