import { html, LitElement, nothing } from "lit";
import { MAX_FILTERS } from "../state/settings.js";
import { countText } from "../text/format.js";
import { downIcon, starIcon } from "./icons.js";
import { load } from "./on-demand.js";

/** Announce one result after the last letter, not one for each letter. */
const QUIET_MS = 1000;

/**
 * The filter: its text, what is wrong with it, help on its fields, and the user's saved filters.
 * @fires filter-change  detail {text}
 * @fires leave-filter   the Enter or Escape key moves the focus to the list
 * @fires save-filters   detail {filters}
 */
export class FilterField extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    saved: { attribute: false },
    typing: { state: true },
    open: { state: true },
    report: { state: true },
    note: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    /** The user's saved filters. @type {readonly string[]} */
    this.saved = [];
    /** The text in the field. The filter follows later: its language may have to be loaded. */
    this.text = "";
    /** Whether the field has the focus, so that its text may be incomplete. */
    this.typing = false;
    /** Whether the menu of fields and saved filters is shown. */
    this.open = false;
    /** Result for screen readers. */
    this.report = "";
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
    /** Why the filter can't be saved, or "". */
    this.note = "";
  }

  createRenderRoot() {
    return this;
  }

  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  /**
   * Follow a filter that changed elsewhere, but never replace what the user types.
   * @param {Map<string, any>} changed
   */
  willUpdate(changed) {
    const filter = this.snapshot?.filter ?? "";
    const before = changed.has("snapshot") ? (changed.get("snapshot")?.filter ?? "") : filter;
    if (filter !== before && !this.typing) this.text = filter;
  }

  render() {
    const { snapshot, saved, open } = this;
    if (!snapshot) return;
    const { filter, problem: typed, finalProblem } = snapshot;
    const problem = this.typing ? typed : finalProblem;
    return html`
      <div class="filter" @focusout=${this.onFocusOut} @keydown=${this.onKey}>
        <div class="filter-line">
          <input
            type="search" class="field filter-text" aria-label="Filter requests"
            placeholder="Filter, such as provider:stripe status:4xx"
            spellcheck="false" autocomplete="off" autocapitalize="off"
            aria-invalid=${problem ? "true" : nothing} aria-describedby=${problem ? "filter-problem" : nothing}
            .value=${this.text} @input=${this.onInput} @focus=${this.onFocus} @blur=${this.onBlur}
          />
          ${filter.trim() && !problem ? this.star(filter.trim()) : nothing}
          <button
            type="button" class="icon-button filter-toggle" aria-expanded=${open} aria-label="Filter fields"
            title="Fields and saved filters" @mousedown=${keepFocus} @click=${this.onToggle}
          >${downIcon}</button>
        </div>
        ${problem ? this.problem(problem) : nothing}
        <p class="filter-note" role="status">${this.note}</p>
        ${open ? html`<filter-menu .saved=${saved} @choose-filter=${this.onChoose} @insert-field=${this.onInsert} @forget-filter=${this.onForget} @leave-menu=${this.onLeaveMenu}></filter-menu>` : nothing}
        <p class="visually-hidden" role="status">${this.report}</p>
      </div>
    `;
  }

  /** Load the language before it is needed: the server may be unreachable then. */
  updated() {
    if (this.snapshot?.arrived) this.loading ??= load("filter-menu").catch(() => {});
  }

  /** @param {string} filter */
  star(filter) {
    const isSaved = this.saved.includes(filter);
    const label = isSaved ? "Remove the saved filter" : "Save this filter";
    return html`<button
      type="button" class="icon-button filter-star" aria-pressed=${isSaved} aria-label=${label} title=${label}
      @click=${this.onStar}
    >${starIcon}</button>`;
  }

  /** @param {import("../state/filter-parser.js").Problem} problem */
  problem({ reason, message, suggestions }) {
    return html`<div class="filter-problem">
      <p id="filter-problem">${message}</p>
      ${suggestions.map(
        ({
          term,
          text,
        }) => html`<button type="button" class="button" @click=${() => this.use(text)}>
          ${/^-?"/.test(term) && reason === "unknown_field" ? "Search for" : "Use"} <code>${term}</code>
        </button>`,
      )}
    </div>`;
  }

  select() {
    this.input.select();
  }

  /** @param {FocusEvent} event */
  onFocus({ relatedTarget }) {
    this.typing = true;
    const isInside = this.contains(/** @type {Node | null} */ (relatedTarget));
    if (this.input.value === "" && !isInside) this.show();
  }

  onBlur() {
    this.typing = false;
  }

  /** @param {FocusEvent} event */
  onFocusOut({ relatedTarget }) {
    if (!this.contains(/** @type {Node | null} */ (relatedTarget))) this.open = false;
  }

  onInput() {
    const { value } = this.input;
    this.text = value;
    if (value) this.open = false; // it would cover the results
    this.change(value);
  }

  /** @param {KeyboardEvent} event */
  async onKey(event) {
    const { key, isComposing, target } = event;
    if (isComposing || target !== this.input) return;
    if (key === "Escape" && this.open) {
      event.preventDefault();
      this.open = false;
    } else if (key === "ArrowDown") {
      event.preventDefault();
      await this.show();
      this.querySelector("filter-menu")?.querySelector("button")?.focus();
    } else if (key === "Enter" || (key === "Escape" && this.input.value === "")) {
      // The first Escape clears the field, as in every search field.
      this.fire("leave-filter", {});
    }
  }

  onToggle() {
    this.input.focus();
    if (this.open) this.open = false;
    else this.show();
  }

  async show() {
    const { text } = this;
    try {
      await load("filter-menu");
    } catch (error) {
      this.report = /** @type {Error} */ (error).message;
      return;
    }
    if (this.text !== text) return; // it would cover the results
    this.open = this.contains(document.activeElement);
    await this.updateComplete;
    await /** @type {LitElement | null} */ (this.querySelector("filter-menu"))?.updateComplete;
  }

  onLeaveMenu() {
    this.input.focus();
    this.open = false;
  }

  /** @param {CustomEvent<string>} event  its detail is a saved filter */
  onChoose({ detail }) {
    this.use(detail);
  }

  /** @param {CustomEvent<string>} event  its detail is the name of a field */
  onInsert({ detail }) {
    const { value } = this.input;
    this.use(`${value}${value === "" || value.endsWith(" ") ? "" : " "}${detail}:`);
  }

  /** @param {CustomEvent<string>} event  its detail is a saved filter */
  onForget({ detail }) {
    this.save(this.saved.filter((each) => each !== detail));
    this.report = `${detail} is removed`;
  }

  onStar() {
    const filter = this.input.value.trim();
    if (this.saved.includes(filter)) {
      this.save(this.saved.filter((each) => each !== filter));
      this.report = "The filter is no longer saved";
    } else if (this.saved.length >= MAX_FILTERS) {
      this.note = `At most ${MAX_FILTERS} filters can be saved. Remove one first.`;
    } else {
      this.save([filter, ...this.saved]);
      this.report = "The filter is saved";
    }
  }

  /**
   * Set the filter, and move the focus to its end.
   * @param {string} text
   */
  async use(text) {
    this.change(text);
    this.text = text;
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.open = false;
  }

  /** @param {string} text */
  change(text) {
    this.note = "";
    this.fire("filter-change", { text });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { snapshot } = this;
      if (snapshot) this.report = snapshot.problem?.message ?? `Showing ${countText(snapshot)}`;
    }, QUIET_MS);
  }

  /** @param {string[]} filters */
  save(filters) {
    this.note = "";
    this.fire("save-filters", { filters });
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** @param {Event} event */
function keepFocus(event) {
  event.preventDefault();
}

customElements.define("filter-field", FilterField);
