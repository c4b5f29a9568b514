import { rowAt, rowsIn, startsOf } from "./row-positions.js";

/** @typedef {import("../state/store.js").Entry} Entry */

/** Until the first ones are measured, in pixels. */
const USUAL_HEIGHT = 52;

/**
 * Lets a list have in the DOM only the rows in sight and half a screen around them, and keeps
 * what is in sight where it is when others come in above. Whatever scrolls: the list or the page.
 */
export class RowWindow {
  /** @type {readonly Entry[]} */
  #entries = [];
  #starts = [0];
  #rowHeight = USUAL_HEIGHT;
  /** @type {WeakMap<Entry, number>} */
  #noticeHeights = new WeakMap();
  /** How far what is in sight has moved down. */
  #shift = 0;
  #resizes;
  /** @type {number[]} indices of the entries to render */
  rows = [];
  /** How many requests came in above since the start of the list went out of sight. */
  news = 0;
  #newest = "";

  /** @param {import("lit").LitElement} host  has one <ol> with an <li> for each of the rows */
  constructor(host) {
    this.host = host;
    this.#resizes = new ResizeObserver(() => host.requestUpdate());
    host.addController(this);
  }

  hostConnected() {
    this.#resizes.observe(this.host);
    addEventListener("resize", this.#onMove);
    addEventListener("scroll", this.#onMove, { capture: true, passive: true });
  }

  hostDisconnected() {
    this.#resizes.disconnect();
    removeEventListener("resize", this.#onMove);
    removeEventListener("scroll", this.#onMove, { capture: true });
  }

  /** @param {Event} event */
  #onMove = ({ target }) => {
    if (!(target instanceof Element) || target.contains(this.host)) this.host.requestUpdate();
  };

  /**
   * Before each render.
   * @param {readonly Entry[]} entries
   * @param {(string | undefined)[]} keys  of those to render wherever they are
   */
  place(entries, keys) {
    const { top, bottom } = this.#sight();
    const starts = startsOf(entries.map((entry) => this.#heightOf(entry)));
    const away = top > 0.5;
    this.#shift = away ? this.#moved(entries, starts, top) : 0;
    this.#entries = entries;
    this.#starts = starts;
    this.#count(away);
    const margin = innerHeight / 2;
    const stretch = { top: top + this.#shift - margin, bottom: bottom + this.#shift + margin };
    const besides = entries.flatMap(({ key }, row) => (keys.includes(key) ? row : []));
    this.rows = rowsIn(starts, stretch, besides);
  }

  /** @param {boolean} away */
  #count(away) {
    const requests = this.#entries.filter(({ kind }) => kind === "request");
    if (!away) this.#newest = requests[0]?.key ?? "";
    const before = requests.findIndex(({ key }) => key === this.#newest);
    this.news = before < 0 ? requests.length : before;
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

  /** What can be seen, as distances from the start of the list. */
  #sight() {
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
   * How far the first row in sight goes; 0 when it is gone.
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
   * Rows are all alike, so one of them is enough; notices are not.
   * @param {NodeListOf<HTMLLIElement>} items
   */
  #measure(items) {
    let alike = false;
    this.rows.forEach((row, at) => {
      const entry = this.#entries[row];
      if (entry.kind === "request" && alike) return;
      const { height } = items[at].getBoundingClientRect();
      if (height === 0 || Math.abs(height - this.#heightOf(entry)) < 0.1) return;
      if (entry.kind === "request") this.#rowHeight = height;
      else this.#noticeHeights.set(entry, height);
      alike ||= entry.kind === "request";
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
