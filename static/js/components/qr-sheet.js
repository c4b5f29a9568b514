import { html } from "lit";
import { qrDrawing } from "../qr.js";
import { Sheet } from "./sheet.js";

/** The callback URL for a phone's camera. */
export class QrSheet extends Sheet {
  static properties = { url: {}, drawing: { state: true } };

  constructor() {
    super();
    this.heading = "QR code of the callback URL";
    this.url = "";
    /** @type {{path: string, size: number} | undefined} */
    this.drawing = undefined;
  }

  /** Made when somebody asks for it: until then nothing of it is loaded. */
  async show() {
    this.drawing = await qrDrawing(this.url);
    await super.show();
  }

  content() {
    const { path = "", size = 0 } = this.drawing ?? {};
    return html`
      <svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code" shape-rendering="crispEdges">
        <path d=${path} />
      </svg>
      <p class="qr-url captured">${this.url}</p>
    `;
  }
}

customElements.define("qr-sheet", QrSheet);
