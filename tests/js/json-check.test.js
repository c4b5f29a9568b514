import assert from "node:assert/strict";
import { test } from "node:test";
import { isJson } from "../../static/js/json-check.js";

/** @param {string} text */
function parses(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const SAMPLES = [
  ' {"a": [1, -0.5e+10, {"b": null}], "c": {}, "d": [ ], "é\\u00e9\\n": true} ',
  '[[],[{}],"x\\\\\\"",false,0]',
  '"a string"',
  "-12.5E-3",
];

const NOT_JSON = [
  ...["", " ", "[", "]", "{", "[1,]", "[,1]", "[1 2]", "[]]", "[}", '{"a"}', '{"a":}', "{1:2}"],
  ...[
    '{"a":1,}',
    "01",
    "1.",
    ".5",
    "+1",
    "1e",
    "--1",
    "nul",
    "truefalse",
    "NaN",
    "'a'",
    '"',
    '"\\',
  ],
  ...[
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    '"\t"',
    "1 2",
    "\ufeff1",
    "\u00a01",
    "//",
    "[1]x",
    '{"a":1 "b"}',
  ],
];

test("what JSON.parse takes is JSON, and nothing else", () => {
  for (const text of SAMPLES) assert.ok(isJson(text), text);
  for (const text of NOT_JSON) {
    assert.equal(parses(text), false, text);
    assert.equal(isJson(text), false, text);
  }
});

test("it agrees with JSON.parse when any one character is lost, doubled or another", () => {
  for (const sample of SAMPLES) {
    for (let at = 0; at < sample.length; at++) {
      const [before, after] = [sample.slice(0, at), sample.slice(at + 1)];
      for (const put of ["", sample[at].repeat(2), ...'{}[]",:\\ 0e.-t\n\u0000']) {
        const text = before + put + after;
        assert.equal(isJson(text), parses(text), text);
      }
    }
  }
});
