import { html, LitElement } from "lit";
import { callbackOrigin } from "../browser/callback-base.js";
import { copyText } from "../browser/clipboard.js";
import { saveBytes } from "../export/save.js";
import { targetsOf } from "../export/targets.js";
import "./menu-button.js";

/** @typedef {import("../export/formats.js").Format} Format */

const SHOW_RESULT_MS = 1600;

/** @type {readonly {value: Format, label: string, keys?: string}[]} */
const CHOICES = [
  { value: "curl", label: "curl", keys: "c" },
  { value: "httpie", label: "HTTPie" },
  { value: "python", label: "Python" },
  { value: "javascript", label: "JavaScript" },
  { value: "php", label: "PHP" },
  { value: "go", label: "Go" },
  { value: "ruby", label: "Ruby" },
  { value: "csharp", label: "C#" },
  { value: "java", label: "Java" },
  { value: "powershell", label: "PowerShell" },
  { value: "raw", label: "Raw HTTP" },
];

/** Copies a captured request as a command or as code. */
export class RequestTools extends LitElement {
  static properties = {
    request: { attribute: false },
    origin: {},
    forwardTo: {},
    to: { state: true },
    result: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../wire/captured.js").CapturedRequest | undefined} */
    this.request = undefined;
    /** Origin of callbacks. */
    this.origin = callbackOrigin();
    /** The address on the user's machine, as entered. */
    this.forwardTo = "";
    /** The kind of target that the copied request is sent to. */
    this.to = "callback";
    this.result = "";
    /** @type {Promise<typeof import("../export/formats.js")> | undefined} */
    this.formats = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** Load the formats before they are needed: some browsers allow copying only right after a click. */
  updated() {
    if (!this.formats) this.load().catch(() => {}); // copying tries again
  }

  load() {
    this.formats = import("../export/formats.js");
    this.formats.catch(() => {
      this.formats = undefined;
    });
    return this.formats;
  }

  get targets() {
    return this.request ? targetsOf(this.request, this.origin, this.forwardTo) : [];
  }

  /** The chosen target, or the callback if the request has no such target. */
  get target() {
    const { targets, to } = this;
    return targets.find(({ value }) => value === to) ?? targets[0];
  }

  render() {
    if (!this.request) return;
    const to = { label: "Send to", value: this.target.value, choices: this.targets };
    return html`
      <menu-button
        label=${this.result || "Copy as"} name="Copy as" .choices=${CHOICES} .options=${to}
        @choose=${this.onChoose} @pick=${this.onPick}
      ></menu-button>
      <span class="visually-hidden" role="status">${this.result}</span>
    `;
  }

  /** @param {CustomEvent<{value: Format}>} event */
  onChoose({ detail }) {
    this.copy(detail.value);
  }

  /** @param {CustomEvent<{value: string}>} event */
  onPick({ detail }) {
    this.to = detail.value;
  }

  /**
   * Copy the request, or save it as a file if it is binary.
   * @param {Format} format
   */
  async copy(format) {
    const { request, target } = this;
    if (!request) return;
    const loaded = await (this.formats ?? this.load()).catch(() => null);
    if (!loaded) return this.show("Copy failed");
    const taken = loaded.FORMATS[format](request, target.url);
    if (typeof taken === "string")
      return this.show((await copyText(taken)) ? "Copied" : "Copy failed");
    saveBytes(taken, `request-${request.seq}.http`);
    this.show("Saved as a file");
  }

  /** @param {string} result */
  show(result) {
    this.result = result;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.result = "";
    }, SHOW_RESULT_MS);
  }
}

customElements.define("request-tools", RequestTools);
