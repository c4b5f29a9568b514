/** Write JSON as lines for a comparison. Does not use the DOM. */

import { turn } from "../browser/turn.js";
import { withoutMark } from "./body.js";
import { childrenOf, isArray, rootOf, valueText } from "./json-tree.js";

const TURN_MS = 8;
const MAX_DEPTH = 16; // each level reads all levels in it again

/**
 * Return JSON with one line per value and sorted keys. Numbers and escapes stay as sent.
 * @param {string} json
 */
export async function linesOfJson(json) {
  /** @type {string[]} */
  const lines = [];
  const work = layOut(rootOf(withoutMark(json)), 0, lines);
  for (let end = performance.now() + TURN_MS; !work.next().done; ) {
    if (performance.now() < end) continue;
    await turn();
    end = performance.now() + TURN_MS;
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Write the lines of a node in steps, because 250 kB at once would block the page.
 * @param {import("./json-tree.js").JsonNode} node
 * @param {number} depth
 * @param {string[]} lines  the result
 * @returns {Generator<void, void>}
 */
function* layOut(node, depth, lines) {
  const indent = "  ".repeat(depth);
  const start = indent + (node.key && `${node.key}: `);
  if (node.count === 0 || depth === MAX_DEPTH) {
    lines.push(start + valueText(node));
    return yield;
  }
  const array = isArray(node);
  const children = [];
  for (const child of childrenOf(node)) yield void children.push(child);
  if (!array) children.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  lines.push(start + (array ? "[" : "{"));
  for (const child of children) yield* layOut(child, depth + 1, lines);
  lines.push(indent + (array ? "]" : "}"));
}
