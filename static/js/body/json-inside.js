/**
 * Find JSON inside strings: the `Message` of an SNS notification, or a text that a sender encoded
 * twice. Does not use the DOM.
 *
 * @typedef {import("./json-tree.js").JsonNode} JsonNode
 */

import { isJson } from "./json-check.js";
import { rootOf } from "./json-tree.js";

/** Longer strings, and JSON that is nested in more strings, stay strings. */
const MAX_CHARACTERS = 512 * 1024;
const MAX_DEPTH = 8;

/** A string of JSON can be encoded several times before it is sent. */
const MAX_ENCODINGS = 3;

/**
 * Return the object or array in a string, as a tree, or null.
 * @param {JsonNode} node
 * @returns {JsonNode | null}
 */
export function rootInside(node) {
  const { json, start, end, broken } = node;
  if (broken || json[start] !== '"' || end - start > MAX_CHARACTERS) return null;
  const text = jsonInside(json.slice(start, end));
  if (text === null || depthOf(node) >= MAX_DEPTH) return null;
  const root = rootOf(text);
  return root.count > 0 ? { ...root, parent: node, inside: true } : null;
}

/**
 * Return the text of an object or array that a JSON string contains, or null.
 * @param {string} token  the string, with its quotes and escapes
 */
function jsonInside(token) {
  let text = token;
  for (let left = MAX_ENCODINGS; left > 0 && startsLikeJson(text.slice(1)); left--) {
    text = JSON.parse(text); // one string: nothing in it changes
    if (isObject(text)) return text;
    if (text.trimStart()[0] !== '"' || !isJson(text)) return null;
    text = text.trim();
  }
  return null;
}

/**
 * Return whether a text is a JSON object or array.
 * @param {string} text
 */
export function isObject(text) {
  return /^\s*[{[]/.test(text) && text.length <= MAX_CHARACTERS && isJson(text);
}

/** Check the first character after white space and its escapes. @param {string} text */
function startsLikeJson(text) {
  return /^(?:\s|\\[nrt])*(?:[{[]|\\")/.test(text);
}

/** Count the strings around a node. @param {JsonNode} node */
function depthOf(node) {
  let depth = 0;
  for (let at = node.parent; at; at = at.parent) depth += Number(at.inside ?? false);
  return depth;
}
