import assert from "node:assert/strict";
import { test } from "node:test";
import {
  childrenOf,
  FIRST_CHILDREN,
  initiallyExpanded,
  pathOf,
  rootOf,
  take,
  valueText,
} from "../../../static/js/body/json-tree.js";

/** @typedef {import("../../../static/js/body/json-tree.js").JsonNode} JsonNode */

/** @param {string} json */
const children = (json) => [...childrenOf(rootOf(json))];

test("a node has its key, its value as sent and its number of children", () => {
  const json = ' { "a" : [ 1 , 2.50 ] , "b":{ }, "c": "x, \\"[}" , "d":[{"e":[]}]}\n';
  const found = children(json).map((node) => [node.key, valueText(node), node.count]);
  assert.deepEqual(found, [
    ['"a"', "[ 1 , 2.50 ]", 2],
    ['"b"', "{ }", 0],
    ['"c"', '"x, \\"[}"', 0],
    ['"d"', '[{"e":[]}]', 1],
  ]);
});

test("digits, escapes and duplicate keys stay as sent", () => {
  const found = children('{"n":12345678901234567890.10,"n":1E400,"\\u00e9":"\\/"}');
  assert.deepEqual(
    found.map((node) => node.key + valueText(node)),
    ['"n"12345678901234567890.10', '"n"1E400', '"\\u00e9""\\/"'],
  );
});

test("a scalar is a tree of one node", () => {
  assert.equal(valueText(rootOf(" 12 ")), "12");
  assert.deepEqual(children('"word"'), []);
});

test("a path has all steps, in quotes if they are not identifiers", () => {
  let node = rootOf('{"a":[{"b c":{"0":[true]}}]}');
  while (node.count > 0) node = take(childrenOf(node), 1)[0];
  assert.equal(pathOf(node), '$.a[0]["b c"]["0"][0]');
  assert.equal(pathOf(rootOf("[]")), "$");
});

test("children are found on demand", () => {
  const rest = childrenOf(rootOf(JSON.stringify(Array.from({ length: 250 }, (_, at) => at))));
  const texts = () => take(rest, FIRST_CHILDREN).map(valueText);
  assert.deepEqual(
    [texts().at(-1), texts()[0], texts().length, texts().length],
    ["99", "100", 50, 0],
  );
});

test("small JSON is expanded completely", () => {
  const json = '{"a":{"b":[1]},"c":2}';
  assert.deepEqual([...initiallyExpanded(rootOf(json))], [0, 5, 10]);
});

test("large JSON is expanded up to a number of rows, upper levels first", () => {
  const rows = Array.from({ length: 90 }, () => ({ a: 1, b: [1, 2, 3] }));
  const root = rootOf(JSON.stringify(rows));
  const unfolded = initiallyExpanded(root);
  assert.ok(unfolded.has(root.start));
  assert.ok(unfolded.size > 5 && unfolded.size < 60);
});
