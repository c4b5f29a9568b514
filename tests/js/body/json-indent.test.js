import assert from "node:assert/strict";
import { test } from "node:test";
import { indented } from "../../../static/js/body/json-indent.js";

/** @param {string} json */
const laidOut = (json) => [...indented(json)].join("");

test("JSON is indented without changing its tokens", () => {
  const json =
    '\t{"n":1.50,"n":-0,"big":12345678901234567890,"e":"\\u0041 \\" [,]{:}","a":[ ],"o":{}}';
  const lines = [
    "{",
    '  "n": 1.50,',
    '  "n": -0,',
    '  "big": 12345678901234567890,',
    '  "e": "\\u0041 \\" [,]{:}",',
    '  "a": [],',
    '  "o": {}',
    "}",
  ];
  assert.equal(laidOut(json), lines.join("\n"));
  assert.equal(laidOut("[[1],{}]"), "[\n  [\n    1\n  ],\n  {}\n]");
  for (const bare of ["1e5", '"text"', "null", " [] "]) assert.equal(laidOut(bare), bare.trim());
});

test("indented JSON has the same value", () => {
  const value = { a: [1, { b: [[], {}, "x,y"] }, null], "": { c: "\ud83d\ude00\n" } };
  assert.deepEqual(JSON.parse(laidOut(JSON.stringify(value))), value);
  assert.equal(
    laidOut(JSON.stringify(value)).replace(/\n */g, ""),
    '{"a": [1,{"b": [[],{},"x,y"]},null],"": {"c": "😀\\n"}}',
  );
});

test("JSON that consists of brackets is indented", () => {
  const json = "[".repeat(100_000) + "]".repeat(100_000);
  assert.equal(laidOut(json).replace(/\n */g, ""), json);
});
