import { html, LitElement } from "lit";
import { imageSize, MAX_PIXELS } from "../body/image-size.js";
import { byteSize } from "../text/format.js";
import { define } from "./define.js";

/** Maximum width and height of the drawing, in pixels. */
const LARGEST = 640;

/** Red, green, blue and opacity. */
const BYTES_PER_PIXEL = 4;

/** Draws a captured PNG, JPEG, GIF or WebP on a canvas on request, after a warning if it is large. */
export class ImagePreview extends LitElement {
  static properties = {
    bytes: { attribute: false },
    type: {},
    name: {},
    shown: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.bytes = new Uint8Array();
    this.type = "";
    this.name = "";
    /** @type {ReturnType<typeof imageSize>} */
    this.size = null;
    this.shown = false;
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("bytes")) return;
    this.size = imageSize(this.bytes);
    this.shown = false;
    this.problem = this.size ? "" : "This is not a PNG, JPEG, GIF or WebP image.";
  }

  async show() {
    const { bytes } = this;
    const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: this.type });
    const image = await createImageBitmap(blob).catch(() => null);
    if (bytes !== this.bytes) return;
    if (image) await this.draw(image);
    else this.problem = "The browser can’t read this image: it is damaged or incomplete.";
  }

  /** @param {ImageBitmap} image */
  async draw(image) {
    this.size = { width: image.width, height: image.height };
    this.shown = true;
    await this.updateComplete;
    const canvas = this.querySelector("canvas");
    const scale = Math.min(1, LARGEST / Math.max(image.width, image.height));
    if (!canvas) return;
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
  }

  render() {
    if (this.problem) return html`<p class="body-note" role="status">${this.problem}</p>`;
    if (!this.shown) return this.question();
    return html`<canvas class="preview" role="img" aria-label="Image ${this.name}"></canvas>
      <p class="preview-size" role="status">${sizeText(this.size)}</p>`;
  }

  question() {
    const warning = warningOf(this.size);
    return html`${warning ? html`<p class="body-note">${warning}</p>` : ""}
      <button part="button" type="button" class="button" @click=${this.show}>
        <span>Show image${warning ? " anyway" : ""}<span class="visually-hidden"> ${this.name}</span></span>
      </button>`;
  }
}

/** @param {ReturnType<typeof imageSize>} size */
function sizeText(size) {
  if (!size || size === "unknown") return "";
  const [width, height] = [size.width, size.height].map((side) => side.toLocaleString("en-US"));
  return `${width} × ${height} pixels`;
}

/**
 * Return the warning to show before the image is drawn, or "".
 * @param {ReturnType<typeof imageSize>} size
 */
function warningOf(size) {
  if (!size) return "";
  if (size === "unknown") {
    return "The size of this image can’t be read. Drawing it may take a lot of memory.";
  }
  const pixels = size.width * size.height;
  if (pixels <= MAX_PIXELS) return "";
  return `${sizeText(size)}: drawing it takes about ${byteSize(pixels * BYTES_PER_PIXEL)} of memory.`;
}

define("webhook-image-preview", ImagePreview);
