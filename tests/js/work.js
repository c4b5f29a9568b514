/**
 * How much work something is, in steps: how often each block of the page's code ran, counted by V8.
 * The same on every machine, however busy. What native code does is not in it: `regexesOf` collects
 * the patterns that ran, to be judged by themselves.
 */

import { Session } from "node:inspector";

const CODE = /\/static\/js\/|\/node_modules\/(diff|brotli|fzstd)\//;

const session = new Session();
session.connect();
post("Profiler.enable");
// Before the code is loaded: what was compiled without counters is not counted.
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
 * Each reading starts from zero again: what ran since the last one is counted.
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
 * How many times as many steps it takes for twice as much: 2 where the work grows as its input does.
 * @param {(size: number) => () => unknown} workOn
 * @param {number} size
 */
export async function growth(workOn, size) {
  const once = await stepsOf(workOn(size));
  const twice = await stepsOf(workOn(2 * size));
  return twice / Math.max(once, 4 * size); // fewer steps than that are no concern
}

const exec = RegExp.prototype.exec;

/**
 * The patterns that run in some work.
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
