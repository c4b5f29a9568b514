/** JSON as lines that can be compared. Does not use the DOM. */

import { turn } from "../browser/turn.js";
import { withoutMark } from "./body.js";
import { childrenOf, isArray, rootOf, valueText } from "./json-tree.js";

const TURN_MS = 8;
const DEEPEST = 16; // each level reads all that is below it

/**
 * JSON line by line with its keys in order; numbers and escapes stay as sent.
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
 * Step by step: a quarter of a megabyte at once would be felt.
 * @param {import("./json-tree.js").JsonNode} node
 * @param {number} depth
 * @param {string[]} lines  where to
 * @returns {Generator<void, void>}
 */
function* layOut(node, depth, lines) {
  const indent = "  ".repeat(depth);
  const start = indent + (node.key && `${node.key}: `);
  if (node.count === 0 || depth === DEEPEST) {
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
