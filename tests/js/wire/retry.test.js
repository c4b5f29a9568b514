import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay, secondsUntil } from "../../../static/js/wire/retry.js";

test("each failed try makes the next one wait longer, up to a limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 2000].map((tries) => retryDelay(tries, 0.5));
  assert.deepEqual(delays, [300, 600, 1200, 2400, 3000, 3000, 3000]);
});

test("pages that lost one server do not come back at one moment", () => {
  assert.equal(retryDelay(0, 0), 150);
  assert.ok(retryDelay(9, 0.999) > 4000);
});

test("a countdown ends at nothing, never below", () => {
  assert.equal(secondsUntil(5000, 2001), 3);
  assert.equal(secondsUntil(5000, 4999), 1);
  assert.equal(secondsUntil(5000, 5000), 0);
  assert.equal(secondsUntil(0, 5000), 0);
});
