import { html, LitElement } from "lit";
import { bytesOf, isImage, textOf } from "../body.js";
import { excerpt } from "../excerpt.js";
import { byteSize, visible } from "../format.js";
import { partsOf } from "../multipart.js";
import { keepsExtension, partFileName } from "../take-away/file-name.js";
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

  read() {
    this.shown = FIRST_PARTS;
    if (this.body) this.found = partsOf(bytesOf(this.body), this.contentType);
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

/**
 * @param {Part} part
 * @returns {import("lit").TemplateResult}
 */
function item(part) {
  const { name, fileName, type, bytes, problem, inner } = part;
  const title = fileName || name;
  const saved = partFileName(part);
  return html`<li class="part">
    <p class="part-head">
      <strong class="captured">${visible(name)}</strong>
      ${fileName ? html`<span class="captured">${visible(fileName)}</span>` : ""}
      <span class="part-facts">${type ? html`<span class="captured">${visible(type)}</span>, ` : ""}${byteSize(bytes.length)}</span>
      <button type="button" class="button" @click=${() => saveBytes(bytes, saved)}>
        <span>Download<span class="visually-hidden"> ${visible(title)}</span></span>
      </button>
    </p>
    ${keepsExtension(fileName, saved) ? "" : html`<p class="body-note">Downloads as ${saved}, so that nothing runs it.</p>`}
    ${problem ? html`<p class="body-note">${problem}: shown as sent.</p>` : ""}
    ${inner ? nested(inner) : content(part)}
  </li>`;
}

/** @param {import("../multipart.js").Parts} parts */
function nested({ parts, problem }) {
  return html`
    <ol class="parts" aria-label="Parts of this part">${parts.slice(0, FIRST_PARTS).map(item)}</ol>
    ${parts.length > FIRST_PARTS ? html`<p class="body-note">These are the first ${FIRST_PARTS} of ${parts.length} parts.</p>` : ""}
    ${problem ? html`<p class="body-note">${problem}</p>` : ""}
  `;
}

/** @param {Part} part */
function content({ fileName, name, type, bytes }) {
  if (!isImage(type)) return text(bytes);
  return html`<image-preview .bytes=${bytes} .type=${type} .name=${visible(fileName || name)}></image-preview>`;
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  const found = textOf(bytes);
  if (!found) return "";
  return html`<p class="part-text captured">${withMoments(excerpt(found, MOST_CHARACTERS))}</p>`;
}

customElements.define("body-multipart", BodyMultipart);
