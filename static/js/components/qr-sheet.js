import { html } from "lit";
import { addStyle } from "../browser/style.js";
import { qrDrawing } from "./qr-drawing.js";
import sheet from "./qr-sheet.css";
import { Sheet } from "./sheet.js";

/** The contents that the code can have. */
const CHOICES = /** @type {const} */ ({
  url: {
    name: "URL for senders",
    effect: "A phone that scans it opens the URL, which sends one GET request to the callback.",
  },
  watchLink: {
    name: "Link for people who may watch",
    effect: "A phone that scans it opens this page. Everybody who can see the code may watch.",
  },
});

/**
 * Shows a QR code of the URL for senders, or of the link for people who may watch.
 * @typedef {keyof typeof CHOICES} Choice
 */
export class QrSheet extends Sheet {
  static properties = {
    url: {},
    watchLink: {},
    choice: { state: true },
    drawing: { state: true },
  };

  constructor() {
    super();
    this.heading = "QR code";
    this.url = "";
    this.watchLink = "";
    /** @type {Choice} */
    this.choice = "url";
    /** @type {{path: string, size: number} | undefined} */
    this.drawing = undefined;
  }

  async show() {
    await this.draw("url");
    await super.show();
  }

  /**
   * Draw the code of a choice. The QR library is loaded only now.
   * @param {Choice} choice
   */
  async draw(choice) {
    this.drawing = await qrDrawing(this[choice]);
    this.choice = choice;
  }

  content() {
    const { choice } = this;
    const { path = "", size = 0 } = this.drawing ?? {};
    const { name, effect } = CHOICES[choice];
    return html`
      <fieldset class="qr-choices">
        <legend class="visually-hidden">Content of the code</legend>
        ${/** @type {Choice[]} */ (Object.keys(CHOICES)).map((each) => this.radio(each))}
      </fieldset>
      <svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code: ${name}" shape-rendering="crispEdges">
        <path d=${path} />
      </svg>
      <p class="qr-effect" role="status">${effect}</p>
      <p class="qr-url captured">${this[choice]}</p>
    `;
  }

  /** @param {Choice} choice */
  radio(choice) {
    return html`<label>
      <input type="radio" name="qr" .checked=${choice === this.choice} @change=${() => this.draw(choice)} />
      ${CHOICES[choice].name}
    </label>`;
  }
}

addStyle(sheet);
customElements.define("qr-sheet", QrSheet);
