import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWhitespace, tokenEnd } from "../../../static/js/body/json-text.js";

/** @param {string} json */
function tokensOf(json) {
  const tokens = [];
  for (let start = skipWhitespace(json, 0); start < json.length; ) {
    const end = tokenEnd(json, start);
    tokens.push(json.slice(start, end));
    start = skipWhitespace(json, end);
  }
  return tokens;
}

test("tokens are found as sent, with digits, escapes and brackets in strings", () => {
  assert.deepEqual(tokensOf(' {"a\\"}":\t[1.50,-2E+9 ,\r\nnull]}\n'), [
    ...["{", '"a\\"}"', ":", "[", "1.50", ",", "-2E+9", ",", "null", "]", "}"],
  ]);
});

test("only JSON's white space is skipped", () => {
  assert.equal(skipWhitespace(" \t\n\r1", 0), 4);
  for (const other of ["\u00a0", "\u0000", "\ufeff", "\v"])
    assert.equal(skipWhitespace(other, 0), 0);
  assert.equal(skipWhitespace("  ", 0), 2);
});

test("a string of a megabyte is one token", () => {
  const long = JSON.stringify("\\\n".repeat(300_000));
  assert.equal(tokenEnd(long, 0), long.length);
});
