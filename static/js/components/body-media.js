import { html, LitElement } from "lit";
import { bytesOf } from "../body/body.js";
import { mediaOf } from "../body/media.js";
import { byteSize } from "../text/format.js";
import { define } from "./define.js";
import { linkIcon } from "./icons.js";

/**
 * Offers a PDF, a sound or a film to the browser's viewer, in a new tab. The tab has no reference to
 * this page. Its document is a blob, which has the page's origin; so its type is one that only viewers
 * and players read (body/media.js).
 */
export class BodyMedia extends LitElement {
  static properties = { body: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../body/body.js").Body | undefined} */
    this.body = undefined;
    /** @type {import("../body/media.js").Media | null} */
    this.media = null;
    this.address = "";
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("body") || !this.body) return;
    this.forget();
    this.media = mediaOf(this.body);
    if (!this.media) return;
    const { type } = this.media;
    const blob = new Blob([/** @type {BlobPart} */ (bytesOf(this.body))], { type });
    this.address = URL.createObjectURL(blob);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.forget();
  }

  /** Free the blob. A tab that shows it keeps it. */
  forget() {
    URL.revokeObjectURL(this.address);
    this.address = "";
  }

  render() {
    const { media, address, body } = this;
    if (!media || !body) return;
    return html`<p class="body-media">
      <span>${media.name}, ${byteSize(body.size)}</span>
      <a class="button" href=${address} target="_blank" rel="noopener noreferrer">${linkIcon}<span>Open in a new tab</span></a>
    </p>`;
  }
}

define("webhook-body-media", BodyMedia);
