import assert from "node:assert/strict";
import { test } from "node:test";
import { excerpt } from "../../../static/js/text/excerpt.js";

test("a short text stays unchanged", () => {
  assert.equal(excerpt("1234", 4), "1234");
});

test("a long text ends with the number of omitted characters", () => {
  assert.equal(excerpt("x".repeat(2000), 3), "xxx… (1,997 more characters)");
});
