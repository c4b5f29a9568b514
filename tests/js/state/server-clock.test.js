import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../../static/js/state/server-clock.js";

const RECEIVED = "2026-11-22T04:41:00.123456Z";
const AT = Date.parse(RECEIVED);
const HOUR = 3_600_000;

test("an age counts from when the server received the request, regardless of the page's clock", () => {
  for (const skew of [0, 5 * HOUR, -5 * HOUR]) {
    const clock = new ServerClock();
    clock.note(RECEIVED, AT + skew);
    assert.equal(clock.age(RECEIVED, AT + skew), 0);
    assert.equal(clock.age(RECEIVED, AT + skew + 7000), 7000);
  }
});

test("a delayed request has its full age", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT + HOUR);
  const late = new Date(AT + 1000).toISOString();
  clock.note(late, AT + HOUR + 61_000);
  assert.equal(clock.age(late, AT + HOUR + 61_000), 60_000);
});

test("the fastest message sets the clock, and no age is negative", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT + 900);
  clock.note(RECEIVED, AT + 100);
  assert.equal(clock.age(RECEIVED, AT + 2100), 2000);
  assert.equal(clock.age(RECEIVED, AT), 0);
});

test("after a reconnect the clocks are compared again at the next message", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT);
  clock.distrust();
  assert.equal(clock.age(RECEIVED, AT + 2000), 2000);
  clock.note(RECEIVED, AT + HOUR);
  assert.equal(clock.age(RECEIVED, AT + HOUR + 2000), 2000);
});
