import { html, LitElement } from "lit";
import { closeIcon } from "./icons.js";

/** Base class of dialogs. Subclasses set `heading` and override `content()`. */
export class Sheet extends LitElement {
  /** @type {import("lit").PropertyDeclarations} */
  static properties = { shown: { state: true } };

  constructor() {
    super();
    this.shown = false;
    this.heading = "";
    /** The dialog's `closedby`. With "any", a click outside closes it; with "closerequest", it does not. */
    this.closedBy = "any";
  }

  createRenderRoot() {
    return this;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  async show() {
    this.shown = true;
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
  }

  hide() {
    this.dialog.close();
  }

  /** @returns {unknown} */
  content() {
    return "";
  }

  render() {
    return html`
      <dialog class="sheet" closedby=${this.closedBy} aria-label=${this.heading} @close=${this.onClose}>
        ${this.shown ? this.openContent() : ""}
      </dialog>
    `;
  }

  openContent() {
    return html`
      <header class="sheet-head">
        <h2>${this.heading}</h2>
        <button type="button" class="icon-button" @click=${this.hide}>
          ${closeIcon}<span class="visually-hidden">Close</span>
        </button>
      </header>
      ${this.content()}
    `;
  }

  onClose() {
    this.shown = false;
  }
}
