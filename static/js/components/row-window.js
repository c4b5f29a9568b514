import { rowAt, rowsIn, startsOf } from "./row-positions.js";

/** @typedef {import("../state/store.js").Entry} Entry */

/** Assumed height of a row until one is measured, in pixels. */
const USUAL_HEIGHT = 52;

/**
 * Keeps only the visible rows and half a screen around them in the DOM, and keeps the scroll
 * position stable when rows arrive above. Works whether the list or the page scrolls.
 */
export class RowWindow {
  /** @type {readonly Entry[]} */
  #entries = [];
  #starts = [0];
  #rowHeight = USUAL_HEIGHT;
  /** @type {WeakMap<Entry, number>} */
  #noticeHeights = new WeakMap();
  /** Distance that the visible rows have moved down, in pixels. */
  #shift = 0;
  #resizes;
  /** @type {number[]} indices of the entries to render */
  rows = [];
  /** Number of requests that arrived since the start of the list was last visible. */
  newCount = 0;
  #newest = "";
  #printing = false;

  /**
   * @param {import("lit").LitElement} host  has one <ol> with an <li> for each of the rows
   * @param {() => void} onScroll  called when the user or a script has scrolled
   */
  constructor(host, onScroll) {
    this.host = host;
    this.onScroll = onScroll;
    this.#resizes = new ResizeObserver(() => host.requestUpdate());
    host.addController(this);
  }

  hostConnected() {
    this.#resizes.observe(this.host);
    addEventListener("resize", this.#onMove);
    addEventListener("beforeprint", this.#onPrint);
    addEventListener("afterprint", this.#onPrint);
    addEventListener("scroll", this.#onMove, { capture: true, passive: true });
  }

  hostDisconnected() {
    this.#resizes.disconnect();
    removeEventListener("resize", this.#onMove);
    removeEventListener("beforeprint", this.#onPrint);
    removeEventListener("afterprint", this.#onPrint);
    removeEventListener("scroll", this.#onMove, { capture: true });
  }

  /** @param {Event} event */
  #onMove = ({ target, type }) => {
    if (target instanceof Element && !target.contains(this.host)) return;
    this.host.requestUpdate();
    if (type === "scroll") this.onScroll();
  };

  /** Whether the start of the list is out of view. */
  get isScrolled() {
    return this.#visibleRange().top > 1;
  }

  /** Render all rows for paper, at once: the browser does not wait. @param {Event} event */
  #onPrint = ({ type }) => {
    this.#printing = type === "beforeprint";
    this.host.requestUpdate();
    const host = /** @type {{performUpdate: () => void}} */ (/** @type {unknown} */ (this.host));
    host.performUpdate();
  };

  /**
   * Choose the rows to render; call before each render.
   * @param {readonly Entry[]} entries
   * @param {(string | undefined)[]} keys  entries to render even when they are not visible
   */
  place(entries, keys) {
    const { top, bottom } = this.#visibleRange();
    const starts = startsOf(entries.map((entry) => this.#heightOf(entry)));
    const scrolled = top > 0.5;
    this.#shift = scrolled ? this.#moved(entries, starts, top) : 0;
    this.#entries = entries;
    this.#starts = starts;
    this.#count(scrolled);
    const margin = innerHeight / 2;
    const range = { top: top + this.#shift - margin, bottom: bottom + this.#shift + margin };
    const required = entries.flatMap(({ key }, row) => (keys.includes(key) ? row : []));
    this.rows = this.#printing ? [...entries.keys()] : rowsIn(starts, range, required);
  }

  /** @param {boolean} scrolled  whether the start of the list is out of view */
  #count(scrolled) {
    const requests = this.#entries.filter(({ kind }) => kind === "request");
    if (!scrolled) this.#newest = requests[0]?.key ?? "";
    const before = requests.findIndex(({ key }) => key === this.#newest);
    this.newCount = before < 0 ? requests.length : before;
  }

  hostUpdated() {
    const items = this.host.querySelectorAll("li");
    let end = 0;
    this.rows.forEach((row, at) => {
      items[at].style.marginTop = `${this.#starts[row] - end}px`;
      end = this.#starts[row + 1];
    });
    const list = /** @type {HTMLElement} */ (this.host.querySelector("ol"));
    list.style.paddingBottom = `${this.#starts[this.#starts.length - 1] - end}px`;
    if (this.#shift !== 0) scrollerOf(this.host).scrollTop += this.#shift;
    this.#measure(items);
  }

  /** The visible range, as distances from the start of the list. */
  #visibleRange() {
    const start = this.host.querySelector("ol")?.getBoundingClientRect().top ?? 0;
    const { top, bottom } = this.host.getBoundingClientRect();
    return { top: Math.max(top, 0) - start, bottom: Math.min(bottom, innerHeight) - start };
  }

  /** @param {Entry} entry */
  #heightOf(entry) {
    if (entry.kind === "request") return this.#rowHeight;
    return this.#noticeHeights.get(entry) ?? USUAL_HEIGHT;
  }

  /**
   * Return how far the first visible row moves, or 0 if the list has dropped it.
   * @param {readonly Entry[]} entries
   * @param {readonly number[]} starts
   * @param {number} top
   */
  #moved(entries, starts, top) {
    const before = rowAt(this.#starts, top);
    const now = entries.findIndex(({ key }) => key === this.#entries[before]?.key);
    return now < 0 ? 0 : starts[now] - this.#starts[before];
  }

  /**
   * Measure one row, because all rows have the same height, and each notice.
   * @param {NodeListOf<HTMLLIElement>} items
   */
  #measure(items) {
    let measured = false;
    this.rows.forEach((row, at) => {
      const entry = this.#entries[row];
      if (entry.kind === "request" && measured) return;
      const { height } = items[at].getBoundingClientRect();
      if (height === 0 || Math.abs(height - this.#heightOf(entry)) < 0.1) return;
      if (entry.kind === "request") this.#rowHeight = height;
      else this.#noticeHeights.set(entry, height);
      measured ||= entry.kind === "request";
      this.host.requestUpdate();
    });
  }
}

/** @param {Element} element */
function scrollerOf(element) {
  for (let each = /** @type {Element | null} */ (element); each; each = each.parentElement) {
    const scrolls = each.scrollHeight > each.clientHeight;
    if (scrolls && getComputedStyle(each).overflowY !== "visible") return each;
  }
  return document.documentElement;
}
