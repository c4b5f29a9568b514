import { html, LitElement } from "lit";
import { bytesOf } from "../body/body.js";
import "./body-json.js";
import "./body-source.js";
import { define } from "./define.js";

/** MessagePack as a JSON tree. Its decoder is loaded with the first such body. */
export class BodyMsgpack extends LitElement {
  static properties = {
    body: { attribute: false },
    decoded: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../body/body.js").Body | undefined} */
    this.body = undefined;
    /** @type {import("../body/msgpack.js").Decoded | null} */
    this.decoded = null;
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("body")) this.decode();
  }

  async decode() {
    const { body } = this;
    [this.decoded, this.problem] = [null, ""];
    if (!body) return;
    const decoder = await import("../body/msgpack.js").catch(() => null);
    if (body !== this.body) return;
    if (!decoder) {
      this.problem = "The decoder of MessagePack can’t be loaded. Check the connection.";
      return;
    }
    try {
      this.decoded = decoder.decodeMsgpack(bytesOf(body));
    } catch (error) {
      this.problem = `Not shown as MessagePack. ${/** @type {Error} */ (error).message}`;
    }
  }

  render() {
    const { body, decoded, problem } = this;
    if (problem) {
      return html`<p class="body-note" role="status">${problem} These are the bytes as sent:</p>
        <webhook-body-source .body=${body} view="hex"></webhook-body-source>`;
    }
    if (!decoded) return html`<p class="body-note" role="status">Decoding…</p>`;
    const notes = ["Decoded from MessagePack.", ...decoded.notes].join(" ");
    return html`<p class="body-reading">${notes}</p>
      <webhook-body-json .text=${decoded.json} ?records=${decoded.count > 1}></webhook-body-json>`;
  }
}

define("webhook-body-msgpack", BodyMsgpack);
