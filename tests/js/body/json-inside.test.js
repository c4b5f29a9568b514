import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject, rootInside } from "../../../static/js/body/json-inside.js";
import { childrenOf, pathOf, rootOf, valueText } from "../../../static/js/body/json-tree.js";

/** @param {string} json */
function inside(json) {
  const root = rootInside(rootOf(json));
  return root && [...childrenOf(root)].map((node) => `${pathOf(node)} ${valueText(node)}`);
}

test("a string that is an object or array is a tree", () => {
  assert.deepEqual(inside(JSON.stringify('{"id": 9007199254740993, "id": 1}')), [
    "$ → $.id 9007199254740993",
    "$ → $.id 1",
  ]);
  assert.deepEqual(inside(JSON.stringify(" \n[true]")), ["$ → $[0] true"]);
});

test("a text that was encoded twice is a tree", () => {
  assert.deepEqual(inside(JSON.stringify(JSON.stringify('{"a": 1}'))), ["$ → $.a 1"]);
});

test("other strings stay strings", () => {
  const strings = ["12", '"a"', "[::1]", "{name}", "[]", '{"a": 1} x', '"{\\"a\\": 1}" x', ""];
  for (const text of strings) assert.equal(inside(JSON.stringify(text)), null, text);
  assert.equal(inside("12"), null);
  assert.equal(inside(JSON.stringify(`["${"x".repeat(600_000)}"]`)), null);
});

test("a field of a form is JSON if it is an object or array", () => {
  assert.deepEqual([' {"a": 1}', "[1]", "12", "{a}"].map(isObject), [true, true, false, false]);
});
