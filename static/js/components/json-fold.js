import { html, LitElement } from "lit";
import { isObject } from "../body/json-inside.js";
import { define } from "./define.js";
import "./body-json.js";

/** Shows a field's text as a JSON tree on request, if it is a JSON object or array. */
export class JsonFold extends LitElement {
  static properties = { text: {}, open: { state: true } };

  constructor() {
    super();
    this.text = "";
    this.isJson = false;
    this.open = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("text")) return;
    this.isJson = isObject(this.text);
    this.open = false;
  }

  toggle() {
    this.open = !this.open;
  }

  render() {
    if (!this.isJson) return;
    return html`<button part="button" type="button" class="json-fold" aria-expanded=${this.open} @click=${this.toggle}>JSON</button>
      ${this.open ? html`<webhook-body-json .text=${this.text}></webhook-body-json>` : ""}`;
  }
}

define("webhook-json-fold", JsonFold);
