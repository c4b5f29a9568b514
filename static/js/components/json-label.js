import { html } from "lit";
import { isArray, valueText } from "../body/json-tree.js";
import { excerpt } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import { explained } from "../text/timestamps.js";

/** @typedef {import("../body/json-tree.js").JsonNode} Node */

/** Maximum length of a value in the tree. The raw view and the copy button have the whole value. */
const MAX_CHARACTERS = 500;

/** Maximum length of a value in which a search found a text. */
const MAX_FOUND_CHARACTERS = 64 * 1024;

/**
 * Render the name of a node, and its value or its number of children. A search in the body ignores
 * what has `data-unsearched`.
 * @param {Node} node
 * @param {object} [shown]
 * @param {boolean} [shown.inside]  whether the value is a string that contains JSON
 * @param {boolean} [shown.full]    whether to show more of a long value
 */
export function nodeLabel(node, { inside = false, full = false } = {}) {
  if (node.count > 0)
    return html`${name(node)}<span class="json-count" data-unsearched>${countText(node)}</span>`;
  const text = valueText(node);
  const shown = visible(excerpt(text, full ? MAX_FOUND_CHARACTERS : MAX_CHARACTERS));
  if (node.broken)
    return html`${name(node)}<span data-unsearched><span class="json-broken">not JSON</span> </span>${shown}`;
  return html`${name(node)}${inside ? html`<span data-unsearched><span class="json-inside">JSON</span> </span>` : ""}<span data-tone=${toneOf(text)}>${shown}</span>`;
}

/**
 * Return the date of a value that is a timestamp, as a number or in quotes, or "".
 * @param {Node} node
 */
export function nodeMeaning(node) {
  return node.count > 0 || node.broken ? "" : explained(valueText(node).replaceAll('"', ""));
}

/** @param {Node} node */
function name({ parent, key, index }) {
  if (!parent) return "";
  if (!key)
    return html`<span class="json-index" data-unsearched>${parent.records ? index + 1 : index}</span>: `;
  return html`<span data-tone="key">${visible(excerpt(key, MAX_CHARACTERS))}</span>: `;
}

/** @param {Node} node */
function countText(node) {
  if (node.records) return plural(node.count, "record");
  const [open, close, one] = isArray(node) ? ["[", "]", "item"] : ["{", "}", "field"];
  return `${open} ${plural(node.count, one)} ${close}`;
}

/**
 * @param {number} count
 * @param {string} one
 */
function plural(count, one) {
  return `${count.toLocaleString("en-US")} ${one}${count === 1 ? "" : "s"}`;
}

/** @param {string} text */
function toneOf(text) {
  if (text.startsWith('"')) return "string";
  return /^[-\d]/.test(text) ? "number" : "word";
}
