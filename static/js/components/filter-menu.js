import { html, LitElement, nothing } from "lit";
import "../state/filter.js";
import { FIELDS } from "../state/filter-parser.js";
import { closeIcon } from "./icons.js";

/**
 * The user's saved filters, and the fields of the filter with an example each.
 * @fires choose-filter  detail: a saved filter
 * @fires forget-filter  detail: a saved filter
 * @fires insert-field   detail: the name of a field
 * @fires leave-menu     a key closes the menu
 */
export class FilterMenu extends LitElement {
  static properties = { saved: { attribute: false } };

  constructor() {
    super();
    /** @type {readonly string[]} */
    this.saved = [];
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <div class="filter-menu" role="group" aria-label="Filter fields" @mousedown=${keepFocus} @keydown=${this.onKey}>
        ${this.saved.length > 0 ? html`<h3>Saved filters</h3><ul role="list">${this.saved.map((each) => this.filter(each))}</ul>` : nothing}
        <h3>Fields</h3>
        <ul role="list">${Object.entries(FIELDS).map(([name, field]) => this.field(name, field))}</ul>
        <p><code>-</code> excludes, <code>|</code> means “or”, <code>"…"</code> is literal. Press <kbd>?</kbd> outside the field for more.</p>
      </div>
    `;
  }

  /** @param {string} filter */
  filter(filter) {
    return html`<li>
      <button type="button" class="filter-choice" @click=${() => this.fire("choose-filter", filter)}><code>${filter}</code></button>
      <button type="button" class="icon-button filter-forget" aria-label="Remove ${filter}" title="Remove" @click=${() => this.forget(filter)}>${closeIcon}</button>
    </li>`;
  }

  /**
   * @param {string} name
   * @param {{example: string, meaning: string}} field
   */
  field(name, { example, meaning }) {
    return html`<li>
      <button type="button" class="filter-choice" @click=${() => this.fire("insert-field", name)}>
        <code>${example}</code><span>${meaning}</span>
      </button>
    </li>`;
  }

  /** @param {string} filter */
  async forget(filter) {
    this.fire("forget-filter", filter);
    await new Promise(requestAnimationFrame); // until the list is shown without it
    this.querySelector("button")?.focus();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { key } = event;
    if (key !== "Tab") event.stopPropagation(); // the page must not handle keys of the menu
    const choices = [...this.querySelectorAll("button")].filter((each) =>
      each.matches(".filter-choice"),
    );
    const at = choices.findIndex((each) => each.parentElement?.contains(document.activeElement));
    const next = {
      ArrowDown: choices[at + 1] ?? choices[0],
      ArrowUp: choices[at - 1],
      Home: choices[0],
      End: choices.at(-1),
    }[key];
    if (next || key === "ArrowUp" || key === "Escape") event.preventDefault();
    if (next) next.focus();
    else if (key === "ArrowUp" || key === "Escape")
      this.dispatchEvent(new Event("leave-menu", { bubbles: true }));
  }

  /**
   * @param {string} name
   * @param {string} detail
   */
  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/**
 * Safari does not focus a clicked button, and the menu closes when the focus leaves the field.
 * @param {Event} event
 */
function keepFocus(event) {
  event.preventDefault();
}

customElements.define("filter-menu", FilterMenu);
