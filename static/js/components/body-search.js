import { html, LitElement } from "lit";
import { MAX_HITS, search } from "../body/search.js";
import { turn } from "../browser/turn.js";
import { visible } from "../text/format.js";
import { Marks } from "./body-marks.js";
import { piecesOf, rangeOf, scrollerOf, scrollTo } from "./body-places.js";
import { define } from "./define.js";
import { closeIcon, downIcon, upIcon } from "./icons.js";

/** @typedef {import("../body/search.js").Hit} Hit */

const QUIET_MS = 150;

/** Maximum time for a step of the search; more would block input. */
const TURN_MS = 8;

const MAX_CHARACTERS = 200;

/** Finds a text in the body below it, and marks the words of the list's filter there. */
export class BodySearch extends LitElement {
  static properties = {
    content: { attribute: false },
    view: {},
    needles: { attribute: false },
    open: { state: true },
    hits: { state: true },
    current: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** The body that is shown; a new one starts a new search. @type {unknown} */
    this.content = undefined;
    this.view = "";
    /** Words of the filter. @type {readonly string[]} */
    this.needles = [];
    this.open = false;
    this.text = "";
    /** @type {Hit[]} */
    this.hits = [];
    /** The index of the current hit, or -1. */
    this.current = -1;
    this.busy = false;
    /** The number of the latest search. */
    this.latest = 0;
    this.marks = new Marks();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** The element whose child is the body. */
  get place() {
    return this.parentNode?.querySelector(".body-content") ?? null;
  }

  /** Show the field, or return to it. */
  async show() {
    this.open = true;
    await this.updateComplete;
    this.style.top = `${headHeight(this)}px`;
    this.querySelector("input")?.select();
    if (this.text) this.find(false);
  }

  close() {
    this.open = false;
    this.find(false);
    this.dispatchEvent(new CustomEvent("close-search", { bubbles: true }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.latest++;
    this.marks.clear();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("content") || changed.has("view")) this.find(false);
    if (changed.has("needles")) this.mark();
  }

  /** Whether the view has a text to search. */
  get isSearchable() {
    return !["hex", "image", "preview", "media"].includes(this.view);
  }

  /** @param {boolean} goes  whether to scroll to the first hit */
  async find(goes) {
    const latest = ++this.latest;
    [this.hits, this.current, this.busy] = [[], -1, false];
    this.mark();
    const needle = this.open && this.isSearchable ? visible(this.text) : "";
    if (!needle || !this.place) return;
    this.busy = true;
    await turn(); // the view is rendered
    /** @type {Hit[]} */
    const hits = [];
    let end = performance.now() + TURN_MS;
    for (const hit of search(await piecesOf(this.place), needle)) {
      if (latest !== this.latest) return;
      if (hit) hits.push(hit);
      if (performance.now() < end) continue;
      await turn();
      end = performance.now() + TURN_MS;
    }
    if (latest !== this.latest) return;
    [this.hits, this.busy] = [hits, false];
    if (goes && hits.length > 0) await this.go(0);
  }

  /** Show a hit; the first follows the last. @param {number} index */
  async go(index) {
    const { hits, latest, place } = this;
    if (hits.length === 0 || !place) return;
    this.current = (index + hits.length) % hits.length;
    const range = await rangeOf(place, hits[this.current]);
    if (latest !== this.latest) return;
    this.marks.current(range);
    await scrollTo(range);
  }

  mark() {
    const needle = this.open && this.isSearchable ? visible(this.text) : "";
    this.marks.follow(this.place, needle, this.needles.map(visible));
  }

  /** @param {Event} event */
  onInput({ target }) {
    this.text = /** @type {HTMLInputElement} */ (target).value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(true), QUIET_MS);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation(); // the page has single-key shortcuts, and Escape closes the request
    if (event.isComposing) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter") this.go(this.current + (event.shiftKey ? -1 : 1));
    else return;
    event.preventDefault();
  }

  render() {
    if (!this.open) return;
    const step = (/** @type {number} */ by) => () => this.go(this.current + by);
    const none = this.hits.length === 0;
    return html`<div class="body-search" role="search" aria-label="Find in the body" @keydown=${this.onKey}>
      <input
        class="field" type="text" aria-label="Find in the body" placeholder="Find in the body" maxlength=${MAX_CHARACTERS}
        autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="search"
        .value=${this.text} @input=${this.onInput}
      >
      <span class="body-search-count" role="status">${this.count()}</span>
      <button type="button" class="icon-button" title="Previous (Shift+Enter)" aria-label="Previous match" ?disabled=${none} @click=${step(-1)}>${upIcon}</button>
      <button type="button" class="icon-button" title="Next (Enter)" aria-label="Next match" ?disabled=${none} @click=${step(1)}>${downIcon}</button>
      <button type="button" class="icon-button" title="Close (Escape)" aria-label="Close the search" @click=${this.close}>${closeIcon}</button>
    </div>`;
  }

  count() {
    if (!this.isSearchable) return "This view can’t be searched. Choose Raw.";
    if (!this.text || this.busy) return "";
    const count = this.hits.length;
    if (count === 0) return "No matches";
    const all = `${count === MAX_HITS ? "the first " : ""}${count.toLocaleString("en-US")}`;
    if (this.current >= 0) return `${(this.current + 1).toLocaleString("en-US")} of ${all}`;
    return count === 1 ? "1 match" : `${all} matches`;
  }
}

/** Return the height of the head that covers the top while the detail scrolls. @param {Element} element */
function headHeight(element) {
  const head = scrollerOf(element).querySelector(".detail-head");
  return head && getComputedStyle(head).position === "sticky" ? head.clientHeight : 0;
}

define("webhook-body-search", BodySearch);
