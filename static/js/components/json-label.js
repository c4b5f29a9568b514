import { html } from "lit";
import { isArray, valueText } from "../body/json-tree.js";
import { excerpt } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import { explained } from "../text/timestamps.js";

/** @typedef {import("../body/json-tree.js").JsonNode} Node */

/** Maximum length of a value in the tree. The raw view and the copy button have the whole value. */
const MAX_CHARACTERS = 500;

/**
 * Render the name of a node, and its value or its number of children.
 * @param {Node} node
 */
export function nodeLabel(node) {
  if (node.count > 0) return html`${name(node)}<span class="json-count">${countText(node)}</span>`;
  const text = valueText(node);
  const shown = visible(excerpt(text, MAX_CHARACTERS));
  return html`${name(node)}<span data-tone=${toneOf(text)}>${shown}</span>`;
}

/**
 * Return the date of a value that is a timestamp, as a number or in quotes, or "".
 * @param {Node} node
 */
export function nodeMeaning(node) {
  return node.count > 0 ? "" : explained(valueText(node).replaceAll('"', ""));
}

/** @param {Node} node */
function name({ parent, key, index }) {
  if (!parent) return "";
  if (!key) return html`<span class="json-index">${index}</span>: `;
  return html`<span data-tone="key">${visible(excerpt(key, MAX_CHARACTERS))}</span>: `;
}

/** @param {Node} node */
function countText(node) {
  const [open, close, one] = isArray(node) ? ["[", "]", "item"] : ["{", "}", "field"];
  const count = node.count.toLocaleString("en-US");
  return `${open} ${count} ${one}${node.count === 1 ? "" : "s"} ${close}`;
}

/** @param {string} text */
function toneOf(text) {
  if (text.startsWith('"')) return "string";
  return /^[-\d]/.test(text) ? "number" : "word";
}
