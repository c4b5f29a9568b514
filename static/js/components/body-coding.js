import { html, LitElement } from "lit";
import { bodyOf, bytesOf } from "../body.js";
import { codingsOf, undo } from "../content-coding.js";
import { byteSize, visible } from "../format.js";

/**
 * Undoes gzip, deflate and br when it is asked to; nothing where a body has no content coding.
 * @fires change-body  detail: the Body to show from now on
 */
export class BodyCoding extends LitElement {
  static properties = { request: { attribute: false }, undone: { state: true } };

  constructor() {
    super();
    /** @type {import("../captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../content-coding.js").Undone | null} */
    this.undone = null;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("request")) this.undone = null;
  }

  async decompress() {
    const { request } = this;
    if (!request) return;
    const undone = await undo(bytesOf(request.body), codingsOf(request));
    if (request !== this.request) return;
    this.undone = undone;
    if (undone.bytes.length > 0) this.show(bodyOf(undone.bytes));
  }

  showAsSent() {
    this.undone = null;
    if (this.request) this.show(this.request.body);
  }

  /** @param {import("../body.js").Body} detail */
  show(detail) {
    this.dispatchEvent(new CustomEvent("change-body", { detail }));
  }

  render() {
    const { request, undone } = this;
    const codings = request ? codingsOf(request) : [];
    if (!request || codings.length === 0) return "";
    const [label, act] = undone?.bytes.length
      ? ["Show as sent", this.showAsSent]
      : ["Decompress", this.decompress];
    return html`<div class="body-coding">
      <p role="status">
        Sent as <span class="captured">${visible(codings.join(", "))}</span>, ${byteSize(request.body.size)}.
        ${undone ? undoneText(undone) : ""}
      </p>
      <button type="button" class="button" @click=${act}>${label}</button>
    </div>`;
  }
}

/** @param {import("../content-coding.js").Undone} undone */
function undoneText({ bytes, problem }) {
  return bytes.length > 0 ? `Decompressed: ${byteSize(bytes.length)}. ${problem}` : problem;
}

customElements.define("body-coding", BodyCoding);
