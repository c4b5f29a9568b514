import { html } from "lit";
import { Sheet } from "./sheet.js";

/** Empty modules around the code that cameras need (ISO/IEC 18004). */
const QUIET = 4;

/** Shows the callback URL as a QR code. */
export class QrSheet extends Sheet {
  static properties = { url: {}, drawing: { state: true } };

  constructor() {
    super();
    this.heading = "QR code of the callback URL";
    this.url = "";
    /** @type {{path: string, size: number} | undefined} */
    this.drawing = undefined;
  }

  /** Draw the code. The QR library is loaded only now. */
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

/**
 * Draw a QR code as one SVG path.
 * @param {string} text
 * @returns {Promise<{path: string, size: number}>}  in modules, one unit each
 */
export async function qrDrawing(text) {
  const { encodeQR } = await import("qr");
  const rows = encodeQR(text, "raw", { border: QUIET });
  return { path: rows.flatMap(rowPath).join(""), size: rows.length };
}

/**
 * @param {boolean[]} row
 * @param {number} y
 */
function rowPath(row, y) {
  return row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""));
}

customElements.define("qr-sheet", QrSheet);
