import { LitElement } from "lit";
import { visible } from "../text/format.js";
import { define } from "./define.js";

/** @typedef {import("../body/highlight.js").Run} Run */

/** A piece of a long text, with syntax highlighting if `paint` is set. */
export class BodyChunk extends LitElement {
  static properties = { text: {}, paint: { attribute: false } };

  constructor() {
    super();
    this.text = "";
    /** @type {((source: string) => Run[]) | null} */
    this.paint = null;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return this.paint ? painted(this.paint(this.text)) : visible(this.text);
  }
}

/** Render thousands of runs at once; templates take several times as long. @param {Run[]} runs */
function painted(runs) {
  const fragment = document.createDocumentFragment();
  for (const { tone, text } of runs) {
    const span = document.createElement("span");
    span.dataset.tone = tone;
    span.textContent = visible(text);
    fragment.append(tone === "plain" ? span.textContent : span);
  }
  return fragment;
}

define("webhook-body-chunk", BodyChunk);
