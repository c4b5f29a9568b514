/**
 * Marks texts in a view with the CSS Custom Highlight API, which leaves the elements unchanged. A
 * browser without it selects the current hit instead.
 */

import { rangesOf, shownPieces } from "./body-places.js";

/** Maximum marks in and near the screen, and time for them at once. */
const MAX_MARKS = 2000;
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
  #markAgain = () => this.#markSoon();
  #observer = new MutationObserver(this.#markAgain);

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
    for (const move of MOVES) addEventListener(move, this.#markAgain, true);
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
    for (const move of MOVES) removeEventListener(move, this.#markAgain, true);
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
    /** @type {{hits: AbstractRange[], filter: AbstractRange[]}} */
    const found = { hits: [], filter: [] };
    let end = performance.now() + TURN_MS;
    for (const element of near(shownPieces(place))) {
      if (needle) found.hits.push(...rangesOf(element, [needle]));
      if (words.length > 0) found.filter.push(...rangesOf(element, words));
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

/** Events after which other elements are in view. */
const MOVES = ["scroll", "resize"];

/**
 * Return the elements that are in view, or less than a screen away: thousands of marks slow down every
 * frame.
 * @param {ArrayLike<Element>} elements  in the order of the page
 */
function near(elements) {
  const start = firstBelow(elements, -innerHeight, "bottom");
  return Array.from(elements).slice(start, firstBelow(elements, 2 * innerHeight, "top"));
}

/**
 * Return the index of the first element with an edge below a line, by halving.
 * @param {ArrayLike<Element>} elements
 * @param {number} line
 * @param {"top" | "bottom"} edge
 */
function firstBelow(elements, line, edge) {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle].getBoundingClientRect()[edge] > line) high = middle;
    else low = middle + 1;
  }
  return low;
}

const supported = typeof Highlight === "function";

/**
 * @param {keyof typeof NAMES} kind
 * @param {AbstractRange[]} ranges
 */
function set(kind, ranges) {
  const highlight = new Highlight(...ranges);
  highlight.priority = PRIORITIES[kind];
  CSS.highlights.set(NAMES[kind], highlight);
}

/** @param {Range} range @returns {[Node, number, Node, number]} */
function endsOf({ startContainer, startOffset, endContainer, endOffset }) {
  return [startContainer, startOffset, endContainer, endOffset];
}
