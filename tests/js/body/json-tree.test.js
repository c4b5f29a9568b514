import assert from "node:assert/strict";
import { test } from "node:test";
import {
  childrenOf,
  FIRST_CHILDREN,
  pathOf,
  rootOf,
  take,
  unfoldedAtFirst,
  valueText,
} from "../../../static/js/body/json-tree.js";

/** @typedef {import("../../../static/js/body/json-tree.js").JsonNode} JsonNode */

/** @param {string} json */
const children = (json) => [...childrenOf(rootOf(json))];

test("a node knows its key, its value as sent and how many children it has", () => {
  const json = ' { "a" : [ 1 , 2.50 ] , "b":{ }, "c": "x, \\"[}" , "d":[{"e":[]}]}\n';
  const found = children(json).map((node) => [node.key, valueText(node), node.count]);
  assert.deepEqual(found, [
    ['"a"', "[ 1 , 2.50 ]", 2],
    ['"b"', "{ }", 0],
    ['"c"', '"x, \\"[}"', 0],
    ['"d"', '[{"e":[]}]', 1],
  ]);
});

test("digits, escapes and repeated keys stay as sent", () => {
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

test("a path names each step, in quotes where it is no plain name", () => {
  let node = rootOf('{"a":[{"b c":{"0":[true]}}]}');
  while (node.count > 0) node = take(childrenOf(node), 1)[0];
  assert.equal(pathOf(node), '$.a[0]["b c"]["0"][0]');
  assert.equal(pathOf(rootOf("[]")), "$");
});

test("children come as they are asked for", () => {
  const rest = childrenOf(rootOf(JSON.stringify(Array.from({ length: 250 }, (_, at) => at))));
  const texts = () => take(rest, FIRST_CHILDREN).map(valueText);
  assert.deepEqual(
    [texts().at(-1), texts()[0], texts().length, texts().length],
    ["99", "100", 50, 0],
  );
});

test("small JSON is unfolded to its leaves", () => {
  const json = '{"a":{"b":[1]},"c":2}';
  assert.deepEqual([...unfoldedAtFirst(rootOf(json))], [0, 5, 10]);
});

test("of large JSON a bounded number of rows is unfolded, the upper levels first", () => {
  const rows = Array.from({ length: 90 }, () => ({ a: 1, b: [1, 2, 3] }));
  const root = rootOf(JSON.stringify(rows));
  const unfolded = unfoldedAtFirst(root);
  assert.ok(unfolded.has(root.start));
  assert.ok(unfolded.size > 5 && unfolded.size < 60);
});
