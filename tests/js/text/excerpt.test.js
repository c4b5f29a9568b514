import assert from "node:assert/strict";
import { test } from "node:test";
import { excerpt } from "../../../static/js/text/excerpt.js";

test("a short text is left as it is", () => {
  assert.equal(excerpt("1234", 4), "1234");
});

test("a long text says how much of it is left out", () => {
  assert.equal(excerpt("x".repeat(2000), 3), "xxx… (1,997 more characters)");
});
