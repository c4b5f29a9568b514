/**
 * Marks texts in a view with the CSS Custom Highlight API, which leaves the elements unchanged. A
 * browser without it selects the current hit instead.
 */

import { hitsIn } from "../text/marks.js";
import { rangeIn, shownPieces, textOf } from "./body-places.js";

/** Maximum marks on the screen at once, and time for them at once. */
const MAX_MARKS = 5000;
const TURN_MS = 8;

const NAMES = { current: "body-current", hits: "body-hit", filter: "body-filter" };

const PRIORITIES = { current: 2, hits: 1, filter: 0 };

/** The marks of one view: hits of a search, the current one, and words of the filter. */
export class Marks {
  /** @type {Element | null} */
  #place = null;
  #needle = "";
  /** @type {readonly string[]} */
  #words = [];
  #due = false;
  #observer = new MutationObserver(() => this.#markSoon());

  /**
   * Mark texts in a view, and again when it changes.
   * @param {Element | null} place
   * @param {string} needle
   * @param {readonly string[]} words
   */
  follow(place, needle, words) {
    this.clear();
    [this.#place, this.#needle, this.#words] = [place, needle, words];
    if (!place || (!needle && words.length === 0)) return;
    this.#observer.observe(place, { childList: true, characterData: true, subtree: true });
    this.#markSoon();
  }

  /** @param {Range} range */
  current(range) {
    if (supported) set("current", [range]);
    else getSelection()?.setBaseAndExtent(...endsOf(range));
  }

  clear() {
    this.#place = null;
    this.#observer.disconnect();
    if (supported) for (const name of Object.values(NAMES)) CSS.highlights.delete(name);
  }

  async #markSoon() {
    if (this.#due || !supported) return;
    this.#due = true;
    await new Promise(requestAnimationFrame);
    this.#due = false;
    this.#mark();
  }

  async #mark() {
    const [place, needle, words] = [this.#place, this.#needle, this.#words];
    if (!place) return;
    /** @type {{hits: Range[], filter: Range[]}} */
    const found = { hits: [], filter: [] };
    let end = performance.now() + TURN_MS;
    for (const element of shownPieces(place)) {
      if (needle) add(found.hits, element, [needle]);
      if (words.length > 0) add(found.filter, element, words);
      if (found.hits.length + found.filter.length > MAX_MARKS) break;
      if (performance.now() < end) continue;
      await new Promise(requestAnimationFrame);
      if (place !== this.#place || needle !== this.#needle) return;
      end = performance.now() + TURN_MS;
    }
    set("hits", found.hits);
    set("filter", found.filter);
  }
}

const supported = typeof Highlight === "function";

/**
 * @param {keyof typeof NAMES} kind
 * @param {Range[]} ranges
 */
function set(kind, ranges) {
  const highlight = new Highlight(...ranges);
  highlight.priority = PRIORITIES[kind];
  CSS.highlights.set(NAMES[kind], highlight);
}

/**
 * Add the ranges of the needles in an element.
 * @param {Range[]} ranges
 * @param {Element} element
 * @param {readonly string[]} needles
 */
function add(ranges, element, needles) {
  for (const { start, end } of hitsIn(textOf(element), needles)) {
    ranges.push(rangeIn([element], start, end - start));
  }
}

/** @param {Range} range @returns {[Node, number, Node, number]} */
function endsOf({ startContainer, startOffset, endContainer, endOffset }) {
  return [startContainer, startOffset, endContainer, endOffset];
}
