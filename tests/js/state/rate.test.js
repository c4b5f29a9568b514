import assert from "node:assert/strict";
import { test } from "node:test";
import { isTelling, Rate, STEP_SECONDS, STEPS } from "../../../static/js/state/rate.js";

const STEP = STEP_SECONDS * 1000;
const START = 1_800_000_000_000;

test("a new rate is empty", () => {
  assert.deepEqual(new Rate().steps(START), new Array(STEPS).fill(0));
});

test("requests in one step are counted together, with the newest step last", () => {
  const rate = new Rate();
  rate.count(START);
  rate.count(START + STEP - 1);
  rate.count(START + STEP);
  assert.deepEqual(rate.steps(START + STEP).slice(-3), [0, 2, 1]);
});

test("counts move back with time and drop out after the last step", () => {
  const rate = new Rate();
  rate.count(START);
  assert.equal(rate.steps(START + 2 * STEP).at(-3), 1);
  assert.equal(rate.steps(START + (STEPS - 1) * STEP)[0], 1);
  assert.deepEqual(rate.steps(START + STEPS * STEP), new Array(STEPS).fill(0));
});

test("after a long pause all steps are empty", () => {
  const rate = new Rate();
  for (let at = 0; at < STEPS; at++) rate.count(START + at * STEP);
  assert.deepEqual(rate.steps(START + 1000 * STEPS * STEP), new Array(STEPS).fill(0));
});

test("a clock that is set back neither loses nor adds requests", () => {
  const rate = new Rate();
  rate.count(START);
  rate.count(START - 10 * STEP);
  assert.equal(rate.steps(START).at(-1), 2);
});

test("a late request counts in the step in which the server received it", () => {
  const rate = new Rate();
  rate.count(START);
  rate.count(START, 2 * STEP);
  rate.count(START, STEPS * STEP);
  const steps = rate.steps(START);
  assert.deepEqual(steps.slice(-3), [1, 0, 1]);
  assert.equal(
    steps.reduce((sum, each) => sum + each),
    2,
  );
});

test("a plot says something with requests in several steps, or with many at once", () => {
  for (const [counts, expected] of /** @type {[number[], boolean][]} */ ([
    [[0, 0], false],
    [[0, 9], false],
    [[0, 10], true],
    [[1, 0, 1], true],
  ])) {
    assert.equal(isTelling(counts), expected, String(counts));
  }
});
