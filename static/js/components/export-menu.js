import { html, LitElement } from "lit";
import { callbackOrigin } from "../browser/callback-base.js";
import { exportFileName } from "../export/file-name.js";
import { save } from "../export/save.js";
import { requestCount } from "../text/format.js";
import "./menu-button.js";

/** @typedef {import("../export/export.js").ExportKind} ExportKind */

const CHOICES = [
  { value: "json", label: "JSON" },
  { value: "har", label: "HAR" },
];

const WITH_OPEN = [...CHOICES, { value: "open", label: "Open a file…" }];

/**
 * Exports captured requests to a file: the list, or the selected request.
 * @fires open-file  the user wants to look at a file
 */
export class ExportMenu extends LitElement {
  static properties = {
    requests: { attribute: false },
    responses: { attribute: false },
    notes: { attribute: false },
    origin: {},
    what: {},
    keys: {},
    opens: { type: Boolean },
    busy: { state: true },
    result: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly import("../wire/captured.js").CapturedRequest[]} */
    this.requests = [];
    /** @type {import("../state/responses.js").Responses | undefined} */
    this.responses = undefined;
    /** The user's notes, by the id of the request. @type {ReadonlyMap<string, string> | undefined} */
    this.notes = undefined;
    /** Origin of the URLs in a HAR file. */
    this.origin = callbackOrigin();
    /** Names the exported requests for screen readers. */
    this.what = "";
    this.keys = "";
    /** Whether the menu can also open a file. */
    this.opens = false;
    this.busy = false;
    this.result = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <menu-button
        .label=${this.busy ? "Exporting…" : this.label} name="Export ${this.what}" keys=${this.keys} .choices=${this.opens ? WITH_OPEN : CHOICES}
        ?disabled=${this.requests.length === 0 && !this.opens} @choose=${this.onChoose}
      ></menu-button>
      <span class="visually-hidden" role="status">${this.result}</span>
    `;
  }

  get label() {
    return html`<span>Export <span class="visually-hidden">${this.what}</span></span>`;
  }

  /** @param {CustomEvent<{value: ExportKind | "open"}>} event */
  onChoose({ detail }) {
    if (detail.value !== "open") this.export(detail.value);
    else this.dispatchEvent(new CustomEvent("open-file", { bubbles: true }));
  }

  /** @param {ExportKind} kind */
  async export(kind) {
    const { requests } = this;
    if (this.busy || requests.length === 0) return;
    this.busy = true;
    this.result = "";
    this.result = await this.saved(kind, requests);
    this.busy = false;
  }

  /**
   * Save the file, and return what happened. The code for it is loaded only now.
   * @param {ExportKind} kind
   * @param {readonly import("../wire/captured.js").CapturedRequest[]} requests
   */
  async saved(kind, requests) {
    const { origin, responses, notes } = this;
    const loaded = await import("../export/export.js").catch(() => null);
    if (!loaded) return "Export failed: check the connection, or reload the page.";
    const { blobOf, exported } = loaded;
    save(
      await blobOf(exported(kind, requests, { origin, responses, notes })),
      exportFileName(kind, requests),
    );
    return `Exported ${requestCount(requests.length)}`;
  }
}

customElements.define("export-menu", ExportMenu);
