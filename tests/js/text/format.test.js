import assert from "node:assert/strict";
import { test } from "node:test";
import { List } from "../../../static/js/state/list.js";
import {
  ago,
  byteCount,
  byteSize,
  countText,
  duration,
  fullTime,
  gapText,
  recoveredText,
  refusedText,
  rowTime,
  visible,
} from "../../../static/js/text/format.js";

test("sizes have at most three digits", () => {
  const sizes = [0, 999, 1000, 1834, 999_499, 999_500, 1_048_576, 52_428_800, 3e9];
  assert.deepEqual(sizes.map(byteSize), [
    "0 B",
    "999 B",
    "1 kB",
    "1.83 kB",
    "999 kB",
    "1 MB",
    "1.05 MB",
    "52.4 MB",
    "3 GB",
  ]);
});

test("byte counts have thousands separators and a singular", () => {
  assert.equal(byteCount(1), "1 byte");
  assert.equal(byteCount(1_048_577), "1,048,577 bytes");
});

test("a full time has milliseconds", () => {
  assert.match(fullTime("2026-11-22T04:41:00.123456Z"), /2026, \d\d:\d\d:00\.123$/);
});

test("the time of a row has seconds today and the day otherwise", () => {
  const noon = "2026-11-22T12:00:07Z";
  const [now, hours] = [Date.parse(noon), 3_600_000];
  assert.match(rowTime(noon, now), /^\d\d:\d\d:07$/);
  assert.match(rowTime(noon, now + 48 * hours), /^2\d Nov \d\d:\d\d$/);
});

test("the text for missed requests has a singular and a plural", () => {
  assert.equal(
    gapText(1),
    "1 request arrived while this page was disconnected. It was not stored.",
  );
  assert.equal(
    gapText(3000),
    "3,000 requests arrived while this page was disconnected. They were not stored.",
  );
  assert.match(gapText(null), /^The server restarted\./);
});

test("the text for recovered requests has a singular and a plural", () => {
  assert.equal(recoveredText(1), "1 request recovered");
  assert.equal(recoveredText(3000), "3,000 requests recovered");
});

test("the text for refused requests has their number and the latest reason", () => {
  const refused = { count: 1, status: 400, message: "A header line is malformed." };
  assert.equal(
    refusedText(refused),
    "1 request was refused: A header line is malformed. The sender received 400.",
  );
  assert.match(
    refusedText({ ...refused, count: 1200 }),
    /^1,200 requests were refused\. Latest reason: A header/,
  );
});

test("characters that hide or reverse others become visible, and line ends and letters stay", () => {
  assert.equal(visible("a\u202eb\u0000\u200b"), "a⟨U+202E⟩b⟨U+0000⟩⟨U+200B⟩");
  assert.equal(visible("\u3164\u034f\u{e0041}"), "⟨U+3164⟩⟨U+034F⟩⟨U+E0041⟩");
  assert.equal(visible("\u2764\ufe0f"), "\u2764\ufe0f");
  assert.equal(visible("grüße\n\tשלום é"), "grüße\n\tשלום é");
});

test("joiners stay in words and in emoji", () => {
  for (const text of [
    "می\u200cخواهم", // Persian: I want
    "क्\u200dष क्\u200cष", // Hindi: two ways to write a cluster
    "ന്\u200d മലയാളം", // Malayalam: a letter at the end of a word
    "👩\u200d💻 👨🏽\u200d👩🏽\u200d👧 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", // Scotland
  ]) {
    assert.equal(visible(text), text);
  }
});

test("joiners in other positions become visible", () => {
  for (const text of ["ad\u200dmin", "a\u200c", "\u200dم", "م\u200c ", "1\u200d2", "👩\u200d"]) {
    assert.match(visible(text), /⟨U\+200[CD]⟩/);
  }
  assert.equal(visible("م\u200c\u200cم"), "م⟨U+200C⟩⟨U+200C⟩م");
  assert.equal(visible("🏴\u{e0067}x").length, "🏴⟨U+E0067⟩x".length);
});

test("an age has one unit and is rounded down", () => {
  const times = [-5000, 999, 1000, 59_999, 60_000, 3_599_000, 7_200_000, 86_400_000 * 5];
  assert.deepEqual(times.map(ago), [
    "just now",
    "just now",
    "1 s ago",
    "59 s ago",
    "1 min ago",
    "59 min ago",
    "2 h ago",
    "5 d ago",
  ]);
});

test("the count of the list shows how many requests are left out", () => {
  const list = new List(1000).view();
  assert.equal(countText({ ...list, requests: 1 }), "1 request");
  assert.equal(countText({ ...list, requests: 123 }), "123 requests");
  assert.equal(countText({ ...list, requests: 123, matching: 12, filter: "x" }), "12 of 123");
  assert.equal(countText({ ...list, requests: 1000, dropped: 4400 }), "newest 1,000 of 5,400");
});

test("a duration has milliseconds, or two digits of seconds", () => {
  const texts = [0, 0.012, 0.9994, 1.25, 9.004].map(duration);
  assert.deepEqual(texts, ["less than 1 ms", "12 ms", "999 ms", "1.25 s", "9 s"]);
});
