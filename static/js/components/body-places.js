/**
 * Where a view shows the text of a body: the pieces that a search reads, and the range of a hit, which
 * may have to be unfolded or loaded first.
 */

import { chunksOf } from "../body/body.js";
import { childrenOf } from "../body/json-tree.js";
import { piecesOfSource, rowsOfTree } from "../body/search.js";
import { turn } from "../browser/turn.js";
import { visible } from "../text/format.js";
import { hitsIn } from "../text/marks.js";
import { MAX_CHARACTERS } from "./pairs-table.js";

/**
 * @typedef {import("../body/search.js").Hit} Hit
 * @typedef {import("../body/search.js").Piece} Piece
 * @typedef {import("./json-node.js").JsonNode} JsonNode
 * @typedef {import("./body-json.js").BodyJson} BodyJson
 * @typedef {import("./body-source.js").BodySource} BodySource
 * @typedef {import("./pairs-table.js").PairsTable} PairsTable
 */

/** Deeper levels of a tree are not unfolded for a hit. */
const MAX_DEPTH = 100;

/** A hit further below the rows that are shown gets its own page of rows. */
const MAX_MORE = 200;

/** Times that a list loads more, to be searched completely. */
const MAX_LOADS = 40;

/** Characters of a value that every row shows. */
const MAX_SHOWN = 500;

/** The elements that a search in other views reads: captured text and rows of trees. */
const TEXTS = ".captured:not(.json-tree), .json-row";

/**
 * @param {Element} place  the element around the view
 * @returns {BodyJson | null}
 */
function treeIn(place) {
  return place.querySelector(
    ":scope > webhook-body-json, :scope > webhook-body-msgpack > webhook-body-json",
  );
}

/**
 * @param {Element} place
 * @returns {BodySource | null}
 */
function sourceIn(place) {
  return place.querySelector(":scope > webhook-body-source");
}

/**
 * @param {Element} place
 * @returns {PairsTable | null}
 */
function tableIn(place) {
  return place.querySelector(":scope > webhook-pairs-table");
}

/**
 * Return the pieces of the view's text.
 * @param {Element} place
 * @returns {Promise<Iterable<Piece>>}
 */
export async function piecesOf(place) {
  const tree = treeIn(place);
  if (tree?.root) return rowsOfTree(tree.root);
  const source = sourceIn(place);
  if (source?.body) return piecesOfSource(chunksOf(source.body, source.view), true);
  const table = tableIn(place);
  if (table) return piecesOfTable(table.pairs);
  await loadAll(place);
  return piecesOfElements(place.querySelectorAll(TEXTS));
}

/**
 * Yield the names and values of a table. The place is the number of the cell.
 * @param {[string, string][]} pairs
 * @returns {Generator<Piece, void>}
 */
function* piecesOfTable(pairs) {
  let place = 0;
  for (const text of pairs.flat()) {
    yield { text: visible(text.slice(0, MAX_CHARACTERS)), place: place++ };
  }
}

/**
 * @param {Iterable<Element>} elements
 * @returns {Generator<Piece, void>}
 */
function* piecesOfElements(elements) {
  for (const place of elements) yield { text: textOf(place), place };
}

/** Load the whole of a list. @param {Element} place */
async function loadAll(place) {
  for (let left = MAX_LOADS; left > 0; left--) {
    const button = place.querySelector("button[data-more]");
    if (!button) return;
    /** @type {HTMLElement} */ (button).click();
    await turn();
  }
}

/**
 * Return the elements whose texts are searched and marked, as far as they are rendered.
 * @param {Element} place
 */
export function shownPieces(place) {
  if (treeIn(place)) return place.querySelectorAll(".json-row:not(.json-more)");
  if (sourceIn(place)) return place.querySelectorAll("webhook-body-chunk");
  return place.querySelectorAll(TEXTS);
}

/**
 * Return the range of a hit; unfold and load what contains it.
 * @param {Element} place
 * @param {Hit} hit
 * @returns {Promise<Range>}
 */
export async function rangeOf(place, hit) {
  const [tree, source] = [treeIn(place), sourceIn(place)];
  if (tree) return rangeIn([await rowOf(tree, hit)], hit.at, hit.length);
  const table = tableIn(place);
  if (table) {
    await table.showUntil(Math.floor(hit.place / 2) + 1);
    return rangeIn([table.querySelectorAll(".captured")[hit.place]], hit.at, hit.length);
  }
  if (!source) return rangeIn([hit.place], hit.at, hit.length);
  await source.showUntil(hit.place + 1);
  const chunks = [...source.querySelectorAll("webhook-body-chunk")];
  return rangeIn(chunks.slice(hit.place, hit.place + 2), hit.at, hit.length);
}

/**
 * Unfold a tree down to a hit, and return its row.
 * @param {BodyJson} tree
 * @param {Hit} hit
 */
async function rowOf(tree, { place, at, length }) {
  let row = /** @type {JsonNode} */ (tree.querySelector("webhook-json-node"));
  for (let depth = 0; depth < MAX_DEPTH && row.node?.start !== place; depth++) {
    const child = await childAt(row, place);
    if (!child) break;
    row = child;
  }
  row.full ||= at + length > MAX_SHOWN;
  await row.updateComplete;
  return /** @type {Element} */ (row.firstElementChild);
}

/**
 * Unfold a row and return its child whose value contains an offset.
 * @param {JsonNode} row
 * @param {number} offset
 */
async function childAt(row, offset) {
  if (!row.node || row.node.count === 0) return null;
  let index = 0;
  for (const child of childrenOf(row.node)) {
    if (offset < child.end) break;
    index++;
  }
  row.fold(true);
  const last = row.first + row.shown.length;
  if (index < row.first || index >= last + MAX_MORE) row.showFrom(Math.max(0, index - 2));
  while (index >= row.first + row.shown.length && row.shown.length < row.count) row.more();
  await row.updateComplete;
  const children = [...row.children].filter(({ localName }) => localName === row.localName);
  const child = /** @type {JsonNode | undefined} */ (children[index - row.first]);
  await child?.updateComplete;
  return child ?? null;
}

/** Return the text of an element that a search reads. @param {Element} element */
function textOf(element) {
  return [...textNodesOf([element])].map(({ data }) => data).join("");
}

/**
 * Return the ranges of texts in an element, in one walk over its nodes.
 * @param {Element} element
 * @param {readonly string[]} needles
 * @returns {StaticRange[]}
 */
export function rangesOf(element, needles) {
  const texts = [...textNodesOf([element])];
  let node = 0;
  let before = 0; // characters before the node
  /** @param {number} offset  not less than before @param {number} inside  1 for a start */
  const placeOf = (offset, inside) => {
    while (offset + inside > before + texts[node].length) before += texts[node++].length;
    return /** @type {const} */ ([texts[node], offset - before]);
  };
  return hitsIn(texts.map(({ data }) => data).join(""), needles).map(({ start, end }) => {
    const [startContainer, startOffset] = placeOf(start, 1);
    const [endContainer, endOffset] = placeOf(end, 0);
    return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
  });
}

/**
 * Return the range of a text, or of the whole element if the text is not shown.
 * @param {Element[]} elements
 * @param {number} at  offset in the text of the first element
 * @param {number} length
 */
function rangeIn(elements, at, length) {
  const range = new Range();
  range.selectNodeContents(elements[0]);
  let left = at;
  let started = false;
  for (const text of textNodesOf(elements)) {
    if (!started && left < text.length) {
      range.setStart(text, left);
      started = true;
      left += length;
    }
    if (started && left <= text.length) {
      range.setEnd(text, left);
      break;
    }
    left -= text.length;
  }
  return range;
}

/** @param {Element[]} elements @returns {Generator<Text, void>} */
function* textNodesOf(elements) {
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = /** @type {Text} */ (walker.currentNode);
      if (!text.parentElement?.closest("[data-unsearched]")) yield text;
    }
  }
}

/**
 * Scroll a range to the middle of its scrolling ancestor.
 * @param {Range} range
 */
export async function scrollTo(range) {
  const element = /** @type {Element | null} */ (range.startContainer.parentElement);
  element?.scrollIntoView({ block: "nearest" }); // its layout may have been skipped until now
  await new Promise(requestAnimationFrame);
  const { top, bottom } = range.getBoundingClientRect();
  const scroller = scrollerOf(range.startContainer);
  const { top: start, bottom: end } = scroller.getBoundingClientRect();
  const [first, last] = [Math.max(start, 0), Math.min(end, innerHeight)];
  scroller.scrollBy(0, (top + bottom) / 2 - (first + last) / 2);
}

/** Return the nearest ancestor that scrolls, also outside the shadow trees. @param {Node} node */
export function scrollerOf(node) {
  /** @type {Node | null} */
  let at = node;
  for (; at; at = at instanceof ShadowRoot ? at.host : at.parentNode) {
    if (!(at instanceof HTMLElement) || at.scrollHeight <= at.clientHeight) continue;
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.documentElement;
}
