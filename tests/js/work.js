/**
 * Measure work in steps: how often each block of the page's code runs, counted by V8. The count is
 * the same on every machine. It does not include native code: `regexesOf` collects the patterns that
 * ran, and tests check those separately.
 */

import { Session } from "node:inspector";

const CODE = /\/static\/js\/|\/node_modules\/(@msgpack|diff|brotli|fzstd)\//;

const session = new Session();
session.connect();
post("Profiler.enable");
// Before the code is loaded: code that was compiled without counters is not counted.
post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/**
 * @param {string} method
 * @param {object} [parameters]
 * @returns {any}
 */
function post(method, parameters) {
  let response;
  session.post(method, parameters, (error, result) => {
    if (error) throw new Error(error.message);
    response = result;
  });
  return response;
}

/**
 * Count the steps of some work. Each call starts from zero.
 * @param {() => unknown} work
 */
export async function stepsOf(work) {
  await work();
  /** @type {import("node:inspector").Profiler.ScriptCoverage[]} */
  const scripts = post("Profiler.takePreciseCoverage").result;
  const ranges = scripts
    .filter(({ url }) => CODE.test(url))
    .flatMap(({ functions }) => functions)
    .flatMap((each) => each.ranges);
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

/**
 * Return the ratio of steps for an input twice as large: 2 if the work is linear.
 * @param {(size: number) => () => unknown} workOn
 * @param {number} size
 */
export async function growth(workOn, size) {
  const once = await stepsOf(workOn(size));
  const twice = await stepsOf(workOn(2 * size));
  return twice / Math.max(once, 4 * size); // fewer steps do not matter
}

const exec = RegExp.prototype.exec;

/**
 * Collect the patterns that run in some work.
 * @param {() => unknown} work
 * @returns {Promise<Set<string>>}  as literals
 */
export async function regexesOf(work) {
  const found = new Set();
  RegExp.prototype.exec = function (text) {
    const flags = `${this.ignoreCase ? "i" : ""}${this.dotAll ? "s" : ""}${this.unicode ? "u" : ""}${this.sticky ? "y" : ""}`;
    found.add(`/${this.source}/${flags}`);
    return exec.call(this, text);
  };
  try {
    await work();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return found;
}
