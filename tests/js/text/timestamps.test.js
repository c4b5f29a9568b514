import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, piecesOf, sentDate, span } from "../../../static/js/text/timestamps.js";

/** @param {string} text */
const dates = (text) =>
  piecesOf(text).flatMap(({ text, date }) => (date ? [`${text} ${date.toISOString()}`] : []));

test("seconds and milliseconds since 1970 are dates", () => {
  assert.deepEqual(dates("1763786460"), ["1763786460 2025-11-22T04:41:00.000Z"]);
  assert.deepEqual(dates("1763786460123"), ["1763786460123 2025-11-22T04:41:00.123Z"]);
  assert.deepEqual(dates("1763786460.5"), ["1763786460.5 2025-11-22T04:41:00.500Z"]);
});

test("a timestamp is found inside a text", () => {
  assert.equal(dates("t=1492774577,v1=5257a869").length, 1);
  assert.equal(dates("from 1492774577 to 1492774578.").length, 2);
});

test("other numbers are not dates", () => {
  for (const text of ["999999999", "4000000000", "17637864601", "a1763786460", "1763786460-1"]) {
    assert.deepEqual(dates(text), [], text);
  }
  assert.deepEqual(dates("5257a8691763786460b"), []);
});

test("a provider's timestamp is a number or a date", () => {
  for (const text of [
    "1763786460",
    "1763786460000",
    "2025-11-22T04:41:00Z",
    "2025-11-22 05:41:00+01:00",
    "Sat, 22 Nov 2025 04:41:00 GMT",
    "22 Nov 2025 04:41:00 +0000",
  ]) {
    assert.equal(sentDate(text)?.toISOString(), "2025-11-22T04:41:00.000Z", text);
  }
  for (const text of ["", "1", "a 1", "2025", "2025-99-22T04:41:00Z", "x".repeat(60_000)]) {
    assert.equal(sentDate(text), null, text.slice(0, 20));
  }
});

test("the pieces of a text add up to the text", () => {
  const text = "t=1492774577, 1492774578000; x";
  assert.equal(
    piecesOf(text)
      .map((piece) => piece.text)
      .join(""),
    text,
  );
  assert.deepEqual(piecesOf(""), []);
});

test("only a text that is exactly a timestamp is explained", () => {
  assert.match(explained("1763786460"), /Nov 2025.*\(2025-11-22T04:41:00\.000Z\)$/);
  assert.equal(explained("t=1763786460"), "");
  assert.equal(explained("1763786460".repeat(100_000)), "");
});

test("a duration has the largest unit that fits", () => {
  assert.deepEqual([0, 1000, -61_000, 7_200_000, 2e8].map(span), [
    "0 seconds",
    "1 second",
    "1 minute",
    "2 hours",
    "2 days",
  ]);
});
