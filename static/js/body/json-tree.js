/**
 * Valid JSON as a tree whose nodes are spans of its text: numbers keep every digit, strings their
 * escapes, and keys that occur twice occur twice. Children are looked up when they are asked for.
 * Does not use the DOM.
 *
 * @typedef {object} JsonNode
 * @property {string} json   the whole text
 * @property {number} start  of the value
 * @property {number} end    behind it
 * @property {number} count  of its children
 * @property {string} key    as sent, with its quotes; "" in an array and of the root
 * @property {number} index  its place among its parent's children
 * @property {JsonNode | null} parent
 */

import { skipBlanks, stringEnd, tokenEnd } from "./json-text.js";

/** Children that are shown before more are asked for. */
export const FIRST_CHILDREN = 100;

/** What is unfolded by itself: so many rows, found by reading so many characters. */
const MAX_ROWS = 120;
const MAX_READ = 128 * 1024;

/**
 * @param {string} json  what JSON.parse takes
 * @returns {JsonNode}
 */
export function rootOf(json) {
  return node(json, skipBlanks(json, 0), { key: "", index: 0, parent: null });
}

/**
 * @param {string} json
 * @param {number} start
 * @param {Pick<JsonNode, "key" | "index" | "parent">} place
 * @returns {JsonNode}
 */
function node(json, start, place) {
  return { json, start, ...extent(json, start), ...place };
}

/**
 * The end of a value and the number of its children, in one pass.
 * @param {string} json
 * @param {number} start
 */
function extent(json, start) {
  if (!"{[".includes(json[start])) return { end: tokenEnd(json, start), count: 0 };
  let depth = 0;
  let commas = 0;
  let at = start;
  do {
    const character = json[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === "," && depth === 1) commas++;
    at = character === '"' ? stringEnd(json, at) : at + 1;
  } while (depth > 0);
  const empty = skipBlanks(json, start + 1) === at - 1;
  return { end: at, count: empty ? 0 : commas + 1 };
}

/**
 * @param {JsonNode} parent
 * @returns {Generator<JsonNode, void>}
 */
export function* childrenOf(parent) {
  const { json, count } = parent;
  let at = parent.start;
  for (let index = 0; index < count; index++) {
    const { key, start } = named(json, skipBlanks(json, at + 1), isArray(parent));
    const child = node(json, start, { key, index, parent });
    yield child;
    at = skipBlanks(json, child.end);
  }
}

/**
 * The key, where there is one, and where its value starts.
 * @param {string} json
 * @param {number} start
 * @param {boolean} inArray
 */
function named(json, start, inArray) {
  if (inArray) return { key: "", start };
  const end = stringEnd(json, start);
  const colon = skipBlanks(json, end);
  return { key: json.slice(start, end), start: skipBlanks(json, colon + 1) };
}

/** @param {JsonNode} node */
export function isArray({ json, start }) {
  return json[start] === "[";
}

/**
 * The value as sent.
 * @param {JsonNode} node
 */
export function valueText({ json, start, end }) {
  return json.slice(start, end);
}

/**
 * Where the node is: `$.a[0]["b c"]`.
 * @param {JsonNode} node
 */
export function pathOf(node) {
  const steps = [];
  for (let at = node; at.parent; at = at.parent) steps.push(step(at));
  return `$${steps.reverse().join("")}`;
}

/** @param {JsonNode} node */
function step({ key, index }) {
  if (!key) return `[${index}]`;
  const name = key.slice(1, -1);
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${key}]`;
}

/**
 * Which nodes are unfolded at first, by their start: level by level as far as is quickly read.
 * @param {JsonNode} root
 * @returns {Set<number>}
 */
export function unfoldedAtFirst(root) {
  const unfolded = new Set([root.start]);
  let rows = MAX_ROWS;
  let toRead = MAX_READ;
  for (const queue = [root]; queue.length > 0 && toRead > 0; ) {
    const next = /** @type {JsonNode} */ (queue.shift());
    rows -= Math.min(next.count, FIRST_CHILDREN);
    if (next.parent && rows < 0) break;
    unfolded.add(next.start);
    toRead -= next.end - next.start;
    if (toRead > 0) queue.push(...take(childrenOf(next), FIRST_CHILDREN).filter(hasChildren));
  }
  return unfolded;
}

/** @param {JsonNode} node */
function hasChildren({ count }) {
  return count > 0;
}

/**
 * The next few; what is left stays in the iterator.
 * @template T
 * @param {Iterator<T, void>} iterator
 * @param {number} most
 * @returns {T[]}
 */
export function take(iterator, most) {
  const taken = [];
  while (taken.length < most) {
    const { done, value } = iterator.next();
    if (done) break;
    taken.push(/** @type {T} */ (value));
  }
  return taken;
}
