import { html, LitElement, nothing } from "lit";

/**
 * @typedef {object} Choice
 * @property {string} value
 * @property {string} label
 * @property {string} [keys]  a keyboard shortcut for it
 * @property {boolean} [narrow]  shown only in a narrow container
 */
/** @typedef {{label: string, value: string, choices: readonly Choice[]}} Options  a choice that the menu's items use; `value` is the chosen one */

/**
 * The item to focus after a key; `at` is -1 if no item has the focus.
 * @type {Record<string, (items: HTMLElement[], at: number) => HTMLElement | undefined>}
 */
const MOVES = {
  ArrowDown: (items, at) => items[at + 1] ?? items[0],
  ArrowUp: (items, at) => items.at(at > 0 ? at - 1 : -1),
  Home: (items) => items[0],
  End: (items) => items.at(-1),
};

/** Pixels of a menu that has to scroll, and between a menu and the edge of the window. */
const MIN_HEIGHT = 160;
const GAP = 8;

/**
 * A button that opens a menu (ARIA Authoring Practices, menu button pattern).
 * @fires choose  detail {value}
 * @fires pick    detail {value}, of the options; the menu stays open
 */
export class MenuButton extends LitElement {
  static properties = {
    label: {},
    name: {},
    keys: {},
    choices: { attribute: false },
    options: { attribute: false },
    disabled: { type: Boolean },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {unknown} a text or a template */
    this.label = "";
    /** Name of the menu; the label can show a result for a moment. */
    this.name = "";
    /** The keyboard shortcut that opens it, or "". */
    this.keys = "";
    /** @type {readonly Choice[]} */
    this.choices = [];
    /** @type {Options | undefined} */
    this.options = undefined;
    this.disabled = false;
    this.open = false;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <div class="menu-place" @keydown=${this.onKey} @focusout=${this.onFocusOut}>
        <button
          type="button" class="button" ?disabled=${this.disabled} @click=${this.toggle}
          aria-haspopup="menu" aria-expanded=${this.open} aria-keyshortcuts=${this.keys || nothing}
        >
          ${this.label}
        </button>
        <div class="menu" role="menu" aria-label=${this.name} ?hidden=${!this.open}>
          ${this.choices.map((choice) => this.item(choice))} ${this.options ? this.radios(this.options) : ""}
        </div>
      </div>
    `;
  }

  /** @param {Choice} choice */
  item({ value, label, keys, narrow }) {
    return html`<button
      type="button" role="menuitem" tabindex="-1" aria-keyshortcuts=${keys || nothing} ?data-narrow=${narrow}
      @click=${() => this.choose(value)}
    >
      ${label}${keys ? html`<kbd aria-hidden="true">${keys}</kbd>` : ""}
    </button>`;
  }

  /** @param {Options} options */
  radios({ label, value, choices }) {
    return html`<div class="menu-options" role="group" aria-label=${label}>
      <p aria-hidden="true">${label}</p>
      ${choices.map(
        (each) => html`<button
          type="button" role="menuitemradio" tabindex="-1" aria-checked=${each.value === value}
          @click=${() => this.pick(each.value)}
        >${each.label}</button>`,
      )}
    </div>`;
  }

  /** @param {string} value */
  pick(value) {
    this.dispatchEvent(new CustomEvent("pick", { detail: { value }, bubbles: true }));
  }

  /** @param {string} value */
  choose(value) {
    if (this.open) this.close();
    this.dispatchEvent(new CustomEvent("choose", { detail: { value }, bubbles: true }));
  }

  toggle() {
    if (this.open) this.close();
    else this.moveTo(MOVES.Home);
  }

  close() {
    this.open = false;
    this.querySelector("button")?.focus();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.open && !event.key.startsWith("Arrow")) return;
    if (event.key !== "Tab") event.stopPropagation(); // the page must not handle keys of the menu
    if (event.key === "Escape") this.close();
    if (!MOVES[event.key]) return;
    event.preventDefault();
    this.moveTo(MOVES[event.key]);
  }

  /** @param {(items: HTMLElement[], at: number) => HTMLElement | undefined} move */
  async moveTo(move) {
    this.open = true;
    await this.updateComplete;
    const menu = /** @type {HTMLElement} */ (this.querySelector(".menu"));
    // Measure each time: widths can change while the menu is closed.
    delete menu.dataset.side;
    const { right, top } = menu.getBoundingClientRect();
    if (right > innerWidth) menu.dataset.side = "end";
    menu.style.maxHeight = `${Math.max(innerHeight - top, MIN_HEIGHT) - GAP}px`;
    const items = [...menu.querySelectorAll("button")].filter((each) => each.checkVisibility());
    const focused = /** @type {HTMLButtonElement} */ (document.activeElement);
    move(items, items.indexOf(focused))?.focus();
  }

  /** @param {FocusEvent} event */
  onFocusOut({ relatedTarget }) {
    if (!this.contains(/** @type {Node | null} */ (relatedTarget))) this.open = false;
  }
}

customElements.define("menu-button", MenuButton);
