import { html, LitElement } from "lit";
import { bytesOf, isImage } from "../body/body.js";
import { partsOf } from "../body/multipart.js";
import { readerOf } from "../body/part-text.js";
import { keepsExtension, partFileName } from "../export/file-name.js";
import { saveBytes } from "../export/save.js";
import { excerpt } from "../text/excerpt.js";
import { byteSize, visible } from "../text/format.js";
import { withTimestamps } from "./timestamps.js";
import "./image-preview.js";
import { define } from "./define.js";
import "./json-fold.js";
import { LoadsOnScroll } from "./loads-on-scroll.js";

/**
 * @typedef {import("../body/multipart.js").Part} Part
 * @typedef {ReturnType<typeof readerOf>} Read
 */

/** Parts, and characters of a part, that are rendered at first. */
const FIRST_PARTS = 50;
const MAX_CHARACTERS = 4000;

/** The parts of a multipart body: names, file types, sizes, previews and downloads. */
export class BodyMultipart extends LitElement {
  static properties = {
    body: { attribute: false },
    contentType: {},
    found: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../body/body.js").Body | undefined} */
    this.body = undefined;
    this.contentType = "";
    /** @type {import("../body/multipart.js").MultipartParts} */
    this.found = { parts: [], problem: "" };
    this.shown = FIRST_PARTS;
    this.loads = new LoadsOnScroll(this, () => this.more());
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
    this.loads.renew();
    if (this.body) this.found = partsOf(bytesOf(this.body), this.contentType);
  }

  render() {
    const { parts, problem } = this.found;
    return html`
      ${list(parts, this.shown, "Parts")}
      ${parts.length > this.shown ? html`<button part="button" type="button" class="button" data-more @click=${this.pressMore}>Show ${FIRST_PARTS} more</button>` : ""}
      ${problem ? html`<p class="body-note" role="status">${problem}</p>` : ""}
    `;
  }

  more() {
    this.shown += FIRST_PARTS;
  }

  pressMore() {
    this.loads.renew();
    this.more();
  }
}

/**
 * @param {readonly Part[]} parts
 * @param {number} most
 * @param {string} label
 * @returns {import("lit").TemplateResult}
 */
function list(parts, most, label) {
  const read = readerOf(parts);
  return html`<ol class="parts" aria-label=${label}>${parts.slice(0, most).map((part) => item(part, read))}</ol>`;
}

/**
 * @param {Part} part
 * @param {Read} read
 */
function item(part, read) {
  const { name, fileName, type, bytes, problem, inner } = part;
  const title = fileName || name;
  const saved = partFileName(part);
  return html`<li class="part">
    <p class="part-head">
      <strong class="captured">${visible(name)}</strong>
      ${fileName ? html`<span class="captured">${visible(fileName)}</span>` : ""}
      <span class="part-info">${type ? html`<span class="captured">${visible(type)}</span>, ` : ""}${byteSize(bytes.length)}</span>
      <button part="button" type="button" class="button" @click=${() => saveBytes(bytes, saved)}>
        <span>Download<span class="visually-hidden"> ${visible(title)}</span></span>
      </button>
    </p>
    ${keepsExtension(fileName, saved) ? "" : html`<p class="body-note">Downloads as ${saved} so that no program runs it.</p>`}
    ${problem ? html`<p class="body-note">${problem}: shown as sent.</p>` : ""}
    ${inner ? nested(inner) : content(part, read)}
  </li>`;
}

/** @param {import("../body/multipart.js").MultipartParts} parts */
function nested({ parts, problem }) {
  return html`
    ${list(parts, FIRST_PARTS, "Nested parts")}
    ${parts.length > FIRST_PARTS ? html`<p class="body-note">Showing the first ${FIRST_PARTS} of ${parts.length} parts.</p>` : ""}
    ${problem ? html`<p class="body-note">${problem}</p>` : ""}
  `;
}

/**
 * @param {Part} part
 * @param {Read} read
 */
function content(part, read) {
  const { fileName, name, type, bytes } = part;
  if (isImage(type)) {
    return html`<webhook-image-preview .bytes=${bytes} .type=${type} .name=${visible(fileName || name)}></webhook-image-preview>`;
  }
  const { text, isText, note } = read(part);
  if (!isText || !text) return "";
  return html`<p class="part-text captured">${withTimestamps(excerpt(text, MAX_CHARACTERS))}</p>
    <webhook-json-fold .text=${text}></webhook-json-fold>
    ${note ? html`<p class="body-reading">${visible(note)}</p>` : ""}`;
}

define("webhook-body-multipart", BodyMultipart);
