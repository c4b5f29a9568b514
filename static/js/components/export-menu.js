import { html, LitElement } from "lit";
import { blobOf, exported } from "../export/export.js";
import { exportFileName } from "../export/file-name.js";
import { save } from "../export/save.js";
import { requestCount } from "../text/format.js";
import "./menu-button.js";

/** @typedef {import("../export/export.js").ExportKind} ExportKind */

const CHOICES = [
  { value: "json", label: "JSON" },
  { value: "har", label: "HAR" },
];

/** Exports captured requests to a file: the list, or the selected request. */
export class ExportMenu extends LitElement {
  static properties = {
    requests: { attribute: false },
    responses: { attribute: false },
    origin: {},
    what: {},
    keys: {},
    busy: { state: true },
    result: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly import("../wire/captured.js").CapturedRequest[]} */
    this.requests = [];
    /** @type {import("../state/responses.js").Responses | undefined} */
    this.responses = undefined;
    /** Origin of the URLs in a HAR file. */
    this.origin = location.origin;
    /** Names the exported requests for screen readers. */
    this.what = "";
    this.keys = "";
    this.busy = false;
    this.result = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <menu-button
        .label=${this.busy ? "Exporting…" : this.label} name="Export ${this.what}" keys=${this.keys} .choices=${CHOICES}
        ?disabled=${this.requests.length === 0} @choose=${this.onChoose}
      ></menu-button>
      <span class="visually-hidden" role="status">${this.result}</span>
    `;
  }

  get label() {
    return html`<span>Export <span class="visually-hidden">${this.what}</span></span>`;
  }

  /** @param {CustomEvent<{value: ExportKind}>} event */
  onChoose({ detail }) {
    this.export(detail.value);
  }

  /** @param {ExportKind} kind */
  async export(kind) {
    const { requests, origin, responses } = this;
    if (this.busy || requests.length === 0) return;
    this.busy = true;
    this.result = "";
    save(
      await blobOf(exported(kind, requests, { origin, responses })),
      exportFileName(kind, requests),
    );
    this.busy = false;
    this.result = `Exported ${requestCount(requests.length)}`;
  }
}

customElements.define("export-menu", ExportMenu);
