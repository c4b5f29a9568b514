import assert from "node:assert/strict";
import { test } from "node:test";
import { filterNeedles } from "../../../static/js/state/filter-needles.js";
import { NO_NEEDLES } from "../../../static/js/state/no-filter.js";

test("a plain word is marked everywhere, and a field's word where it is shown", () => {
  const needles = filterNeedles('Card path:/orders header:json -secret body:"a b"');
  assert.deepEqual(needles.body, ["card", "a b"]);
  assert.deepEqual(needles.path, ["card", "/orders"]);
  assert.deepEqual(needles.query, ["card", "/orders"]);
  assert.deepEqual(needles.header, ["card", "json"]);
  assert.deepEqual(needles.type, ["card", "json"]);
  assert.deepEqual(needles.method, ["card"]);
});

test("a filter without words to mark has no needles", () => {
  for (const text of ["", "-secret", "method:"]) assert.equal(filterNeedles(text), NO_NEEDLES);
});
