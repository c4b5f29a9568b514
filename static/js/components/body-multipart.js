import { html, LitElement } from "lit";
import { bytesOf, isImage, textOf } from "../body.js";
import { excerpt } from "../excerpt.js";
import { byteSize, visible } from "../format.js";
import { partsOf } from "../multipart.js";
import { saveBytes } from "../take-away/save.js";
import { withMoments } from "./moments.js";
import "./image-preview.js";

/** @typedef {import("../multipart.js").Part} Part */

/** Parts and characters that are laid out before more are asked for. */
const FIRST_PARTS = 50;
const MOST_CHARACTERS = 4000;

/** The parts of a multipart body: names, files with their types and sizes, to save or to look at. */
export class BodyMultipart extends LitElement {
  static properties = {
    body: { attribute: false },
    contentType: {},
    found: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../body.js").Body | undefined} */
    this.body = undefined;
    this.contentType = "";
    /** @type {import("../multipart.js").Parts} */
    this.found = { parts: [], problem: "" };
    this.shown = FIRST_PARTS;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("body") || changed.has("contentType")) this.read();
  }

  async read() {
    const { body } = this;
    this.found = { parts: [], problem: "" };
    this.shown = FIRST_PARTS;
    const found = body && (await partsOf(bytesOf(body), this.contentType));
    if (found && body === this.body) this.found = found;
  }

  render() {
    const { parts, problem } = this.found;
    return html`
      <ol class="parts" aria-label="Parts">${parts.slice(0, this.shown).map(item)}</ol>
      ${parts.length > this.shown ? html`<button type="button" class="button" @click=${this.more}>Show ${FIRST_PARTS} more</button>` : ""}
      ${problem ? html`<p class="body-note" role="status">${problem}</p>` : ""}
    `;
  }

  more() {
    this.shown += FIRST_PARTS;
  }
}

/** @param {Part} part */
function item({ name, fileName, type, bytes }) {
  const title = fileName || name;
  return html`<li class="part">
    <p class="part-head">
      <strong class="captured">${visible(name)}</strong>
      ${fileName ? html`<span class="captured">${visible(fileName)}</span>` : ""}
      <span class="part-facts">${type ? html`<span class="captured">${visible(type)}</span>, ` : ""}${byteSize(bytes.length)}</span>
      <button type="button" class="button" @click=${() => saveBytes(bytes, title || "part")}>
        <span>Download<span class="visually-hidden"> ${visible(title)}</span></span>
      </button>
    </p>
    ${
      isImage(type)
        ? html`<image-preview .bytes=${bytes} .type=${type} .name=${visible(title)}></image-preview>`
        : text(bytes)
    }
  </li>`;
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  const found = textOf(bytes);
  if (!found) return "";
  return html`<p class="part-text captured">${withMoments(excerpt(found, MOST_CHARACTERS))}</p>`;
}

customElements.define("body-multipart", BodyMultipart);
