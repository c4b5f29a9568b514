/**
 * Read valid JSON as a tree whose nodes are ranges of its text. Numbers keep every digit, strings keep
 * their escapes, and duplicate keys stay. Children are found on demand. Does not use the DOM.
 *
 * @typedef {object} JsonNode
 * @property {string} json   the whole text
 * @property {number} start  of the value
 * @property {number} end    after the value
 * @property {number} count  of its children
 * @property {string} key    as sent, with its quotes; "" in an array and for the root
 * @property {number} index  its index among its parent's children
 * @property {JsonNode | null} parent
 * @property {boolean} [broken]   whether it is a record that is not JSON
 * @property {boolean} [inside]   whether it is JSON inside the string that is its parent
 * @property {RecordPlace[]} [records]  its children, if it is a list of records
 *
 * @typedef {{start: number, end: number, broken: boolean}} RecordPlace
 */

import { skipWhitespace, stringEnd, tokenEnd } from "./json-text.js";

/** Number of children that are shown at first. */
export const FIRST_CHILDREN = 100;

/** Maximum rows that are expanded at first, and characters that are read to find them. */
const MAX_ROWS = 120;
const MAX_READ = 128 * 1024;

/**
 * @param {string} json  valid
 * @returns {JsonNode}
 */
export function rootOf(json) {
  return node(json, skipWhitespace(json, 0), { key: "", index: 0, parent: null });
}

/**
 * Return a node whose children are the records of a text.
 * @param {string} json
 * @param {RecordPlace[]} records
 * @returns {JsonNode}
 */
export function rootOfRecords(json, records) {
  const [start, end] = [-1, json.length]; // no other node starts there
  return { json, start, end, count: records.length, key: "", index: 0, parent: null, records };
}

/**
 * Yield the roots of records. A record that is not JSON is a leaf.
 * @param {JsonNode} parent
 * @param {RecordPlace[]} records
 * @returns {Generator<JsonNode, void>}
 */
function* recordsIn(parent, records) {
  for (const [index, { start, end, broken }] of records.entries()) {
    const place = { key: "", index, parent };
    yield broken
      ? { json: parent.json, start, end, count: 0, broken, ...place }
      : node(parent.json, start, place);
  }
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
 * Return the end of a value and the number of its children.
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
  const empty = skipWhitespace(json, start + 1) === at - 1;
  return { end: at, count: empty ? 0 : commas + 1 };
}

/**
 * @param {JsonNode} parent
 * @returns {Generator<JsonNode, void>}
 */
export function* childrenOf(parent) {
  const { json, count, records } = parent;
  if (records) return yield* recordsIn(parent, records);
  let at = parent.start;
  for (let index = 0; index < count; index++) {
    const { key, start } = named(json, skipWhitespace(json, at + 1), isArray(parent));
    const child = node(json, start, { key, index, parent });
    yield child;
    at = skipWhitespace(json, child.end);
  }
}

/**
 * Return the key, or "", and the start of its value.
 * @param {string} json
 * @param {number} start
 * @param {boolean} inArray
 */
function named(json, start, inArray) {
  if (inArray) return { key: "", start };
  const end = stringEnd(json, start);
  const colon = skipWhitespace(json, end);
  return { key: json.slice(start, end), start: skipWhitespace(json, colon + 1) };
}

/** @param {JsonNode} node */
export function isArray({ json, start }) {
  return json[start] === "[";
}

/**
 * Return the value as sent.
 * @param {JsonNode} node
 */
export function valueText({ json, start, end }) {
  return json.slice(Math.max(start, 0), end);
}

/**
 * Return the JSONPath of a node in its record: `$.a[0]["b c"]`. An arrow leads into a string that is
 * JSON: `$.Message → $.id`.
 * @param {JsonNode} node
 */
export function pathOf(node) {
  const steps = [];
  for (let at = node; at.parent && !at.parent.records; at = at.parent) steps.push(step(at));
  return `$${steps.reverse().join("")}`;
}

/**
 * Return the number of the record that contains a node, counted from 1, or 0.
 * @param {JsonNode} node
 */
export function recordNumber(node) {
  let at = node;
  while (at.parent && !at.parent.records) at = at.parent;
  return at.parent ? at.index + 1 : 0;
}

/** @param {JsonNode} node */
function step({ key, index, inside }) {
  if (inside) return " → $";
  if (!key) return `[${index}]`;
  const name = key.slice(1, -1);
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${key}]`;
}

/**
 * Return the starts of the nodes that are expanded at first, level by level up to the limits.
 * @param {JsonNode} root
 * @returns {Set<number>}
 */
export function initiallyExpanded(root) {
  const expanded = new Set([root.start]);
  let rows = MAX_ROWS;
  let toRead = MAX_READ;
  for (const queue = [root]; queue.length > 0 && toRead > 0; ) {
    const next = /** @type {JsonNode} */ (queue.shift());
    rows -= Math.min(next.count, FIRST_CHILDREN);
    if (next.parent && rows < 0) break;
    expanded.add(next.start);
    toRead -= next.end - next.start;
    if (toRead > 0) queue.push(...take(childrenOf(next), FIRST_CHILDREN).filter(hasChildren));
  }
  return expanded;
}

/** @param {JsonNode} node */
function hasChildren({ count }) {
  return count > 0;
}

/**
 * Take the next values; the others stay in the iterator.
 * @template T
 * @param {Iterator<T, void>} iterator
 * @param {number} count  maximum number of values
 * @returns {T[]}
 */
export function take(iterator, count) {
  const taken = [];
  while (taken.length < count) {
    const { done, value } = iterator.next();
    if (done) break;
    taken.push(/** @type {T} */ (value));
  }
  return taken;
}
