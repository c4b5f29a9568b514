import assert from "node:assert/strict";
import { test } from "node:test";
import { needlesOf } from "../../../static/js/state/filter-needles.js";
import { parse } from "../../../static/js/state/filter-parser.js";
import { NO_NEEDLES } from "../../../static/js/state/no-filter.js";

/** @param {string} text */
const needles = (text) => needlesOf(parse(text, true).clauses);

test("a plain word is marked everywhere, and a field's word where it is shown", () => {
  const found = needles('Card path:/orders header:json|xml -secret body:"a b" type:json');
  assert.deepEqual(found.body, ["card", "a b"]);
  assert.deepEqual(found.path, ["card", "/orders"]);
  assert.deepEqual(found.query, ["card", "/orders"]);
  assert.deepEqual(found.header, ["card", "json", "xml", { name: "content-type", text: "json" }]);
  assert.deepEqual(found.type, ["card", "json"]);
  assert.deepEqual(found.method, ["card"]);
});

test("the value of a named header or parameter is marked in its row only", () => {
  assert.deepEqual(needles("header:X-Topic=Orders").header, [{ name: "x-topic", text: "orders" }]);
  assert.deepEqual(needles("query:page=").query, [{ name: "page", text: "page" }]);
});

test("a filter without words to mark has no needles", () => {
  for (const text of ["", "-secret", "method:"]) assert.equal(needles(text), NO_NEEDLES);
  assert.deepEqual(needles("size:>1kB status:200").body, []);
});
