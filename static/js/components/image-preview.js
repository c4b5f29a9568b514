import { html, LitElement } from "lit";

/** An image of a stranger is drawn on request alone, and never larger than this. */
const LARGEST = 640;

/** Draws a PNG, JPEG, GIF or WebP on a canvas. */
export class ImagePreview extends LitElement {
  static properties = {
    bytes: { attribute: false },
    type: {},
    name: {},
    size: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.bytes = new Uint8Array();
    this.type = "";
    this.name = "";
    this.size = "";
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("bytes")) return;
    this.size = "";
    this.problem = "";
  }

  async show() {
    const { bytes } = this;
    const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: this.type });
    const image = await createImageBitmap(blob).catch(() => null);
    if (bytes !== this.bytes) return;
    if (image) await this.draw(image);
    else this.problem = `The browser can’t read this as ${this.type}.`;
  }

  /** @param {ImageBitmap} image */
  async draw(image) {
    this.size = `${image.width} × ${image.height} pixels`;
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
    if (!this.size) {
      return html`<button type="button" class="button" @click=${this.show}>
        <span>Show image<span class="visually-hidden"> ${this.name}</span></span>
      </button>`;
    }
    return html`<canvas class="preview" role="img" aria-label="Image ${this.name}"></canvas>
      <p class="preview-size" role="status">${this.size}</p>`;
  }
}

customElements.define("image-preview", ImagePreview);
