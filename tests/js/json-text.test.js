import assert from "node:assert/strict";
import { test } from "node:test";
import { prettyJson } from "../../static/js/json-text.js";

/** @param {string} json */
const laidOut = (json) =>
  prettyJson(json)
    .runs.map(({ text }) => text)
    .join("");

test("JSON is laid out as JSON.stringify does it", () => {
  const json =
    '{"a":[1,2,{"b":null}],"c":{},"d":[],"e":"x, [y]: {z}","f":true,"g":[[]],"h":"\\"\\\\"}';
  assert.equal(laidOut(json), JSON.stringify(JSON.parse(json), null, 2));
  assert.equal(laidOut(' {\n"a" :\t1 } '), '{\n  "a": 1\n}');
  assert.equal(laidOut("12"), "12");
});

test("numbers, escapes and repeated keys stay as sent", () => {
  const json = '{"n":12345678901234567890.10,"n":1E400,"s":"\\u00e9\\/"}';
  assert.equal(
    laidOut(json),
    '{\n  "n": 12345678901234567890.10,\n  "n": 1E400,\n  "s": "\\u00e9\\/"\n}',
  );
});

test("keys, strings, numbers and words are told apart", () => {
  const { runs } = prettyJson('{"k":"v","n":-1,"w":true}');
  const tones = runs.filter(({ tone }) => tone !== "plain").map(({ tone, text }) => [tone, text]);
  assert.deepEqual(tones, [
    ["key", '"k"'],
    ["string", '"v"'],
    ["key", '"n"'],
    ["number", "-1"],
    ["key", '"w"'],
    ["word", "true"],
  ]);
});

test("laying out stops at the limit and says so", () => {
  const { runs, cut } = prettyJson(JSON.stringify(Array(1000).fill("word")), 100);
  assert.equal(runs.map(({ text }) => text).join("").length, 100);
  assert.equal(cut, true);
  assert.equal(prettyJson("[1]", 100).cut, false);
});

test("half a million nested arrays do not blow up", () => {
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  assert.ok(laidOut(deep).length < 100_000_000);
});

test("a string of a megabyte is one token", () => {
  const long = JSON.stringify("\\\n".repeat(300_000));
  assert.equal(laidOut(long), long);
});
