import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay, secondsUntil } from "../../../static/js/wire/retry.js";

test("the delay doubles with each failed attempt, up to a limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 2000].map((failures) => retryDelay(failures, 0.5));
  assert.deepEqual(delays, [300, 600, 1200, 2400, 3000, 3000, 3000]);
});

test("delays are spread, so that pages do not reconnect at the same moment", () => {
  assert.equal(retryDelay(0, 0), 150);
  assert.ok(retryDelay(9, 0.999) > 4000);
});

test("a countdown ends at 0", () => {
  assert.equal(secondsUntil(5000, 2001), 3);
  assert.equal(secondsUntil(5000, 4999), 1);
  assert.equal(secondsUntil(5000, 5000), 0);
  assert.equal(secondsUntil(0, 5000), 0);
});
