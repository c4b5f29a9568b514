import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../../static/js/state/server-clock.js";

const RECEIVED = "2026-11-22T04:41:00.123456Z";
const AT = Date.parse(RECEIVED);
const HOUR = 3_600_000;

test("an age counts from when the server received it, whatever this page's clock says", () => {
  for (const skew of [0, 5 * HOUR, -5 * HOUR]) {
    const clock = new ServerClock();
    clock.note(RECEIVED, AT + skew);
    assert.equal(clock.age(RECEIVED, AT + skew), 0);
    assert.equal(clock.age(RECEIVED, AT + skew + 7000), 7000);
  }
});

test("one that was long on its way is as old as it is", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT + HOUR);
  const late = new Date(AT + 1000).toISOString();
  clock.note(late, AT + HOUR + 61_000);
  assert.equal(clock.age(late, AT + HOUR + 61_000), 60_000);
});

test("the fastest one is the measure, and nothing is younger than now", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT + 900);
  clock.note(RECEIVED, AT + 100);
  assert.equal(clock.age(RECEIVED, AT + 2100), 2000);
  assert.equal(clock.age(RECEIVED, AT), 0);
});

test("after a new connection the clocks are compared again, and until then nothing changes", () => {
  const clock = new ServerClock();
  clock.note(RECEIVED, AT);
  clock.distrust();
  assert.equal(clock.age(RECEIVED, AT + 2000), 2000);
  clock.note(RECEIVED, AT + HOUR);
  assert.equal(clock.age(RECEIVED, AT + HOUR + 2000), 2000);
});
