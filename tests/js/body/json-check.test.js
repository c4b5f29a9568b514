import assert from "node:assert/strict";
import { test } from "node:test";
import { isJson } from "../../../static/js/body/json-check.js";
import { findJsonError, jsonErrorText } from "../../../static/js/body/json-error.js";

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

test("isJson accepts the same texts as JSON.parse", () => {
  for (const text of SAMPLES) assert.ok(isJson(text), text);
  for (const text of NOT_JSON) {
    assert.equal(parses(text), false, text);
    assert.equal(isJson(text), false, text);
  }
});

test("isJson agrees with JSON.parse after any single character is removed, doubled or replaced", () => {
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

test("an error has a line, a column and the unexpected character", () => {
  for (const [text, at, found] of /** @type {[string, [number, number], string][]} */ ([
    ['{"a": }', [1, 7], "}"],
    ['{"a": 1,\n "b": tru}', [2, 7], "t"],
    ["[1,\n2\n", [3, 1], ""],
    ["[1 2]", [1, 4], "2"],
    ['{"a" 1}', [1, 6], "1"],
    ["{'a': 1}", [1, 2], "'"],
    ['{"a": 1,}', [1, 9], "}"],
    ['["a\nb"]', [1, 4], "\n"],
    ['["\\x"]', [1, 3], "\\"],
    ["[01]", [1, 3], "1"],
    ["[1]]", [1, 4], "]"],
    ["[1, \u{1f600}]", [1, 5], "\u{1f600}"],
    ["", [1, 1], ""],
    ['{"a', [1, 4], ""],
  ])) {
    const place = findJsonError(text);
    assert.deepEqual([[place?.line, place?.column], place?.found], [at, found], text);
  }
  assert.equal(findJsonError("[1]"), null);
});

test("the text around an error is shortened to its line", () => {
  const place = findJsonError(`[1,\n"${"a".repeat(100)}" x${"b".repeat(100)}\nc]`);
  assert.deepEqual([place?.before.length, place?.found, place?.after.length], [41, "x", 40]);
  const short = findJsonError("[1,\n2 3\n4]");
  assert.deepEqual([short?.before, short?.found, short?.after], ["2 ", "3", ""]);
  assert.equal(short && jsonErrorText(short), "Not valid JSON at line 2, column 3.");
  const early = findJsonError("[1");
  assert.equal(
    early && jsonErrorText(early),
    "Not valid JSON: it ends too early, at line 1, column 3.",
  );
});
