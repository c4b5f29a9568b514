import assert from "node:assert/strict";
import { test } from "node:test";
import { hitsIn, MAX_HITS, marked } from "../../../static/js/text/marks.js";

/**
 * @param {string} text
 * @param {string[]} needles
 */
const shown = (text, ...needles) =>
  marked(text, needles)
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join("");

test("each place of a needle is marked in upper and lower case", () => {
  assert.equal(shown("Card and CARD", "card"), "[Card] and [CARD]");
  assert.equal(shown("Zoë ZOË", "zoË"), "[Zoë] [ZOË]");
  assert.equal(shown("no such word", "card"), "no such word");
});

test("several needles are marked in order, and overlapping hits become one", () => {
  assert.equal(shown("one two three", "three", "one"), "[one] two [three]");
  assert.equal(shown("abcd", "abc", "bcd"), "[abcd]");
  assert.equal(shown("abc", "b", "abc", "b"), "[abc]");
  assert.equal(shown("aaaa", "aa"), "[aa][aa]");
});

test("an empty text and empty needles have no hits", () => {
  assert.deepEqual(marked("", ["a"]), []);
  assert.deepEqual(marked("a", []), [{ text: "a", hit: false }]);
  assert.deepEqual(marked("a", [""]), [{ text: "a", hit: false }]);
});

test("a letter that becomes longer in lower case does not move the marks", () => {
  assert.equal(shown("İİ Card 😀", "card"), "İİ [Card] 😀");
});

test("the number of hits is bounded, and the rest of the text is kept", () => {
  const text = "ab".repeat(2 * MAX_HITS);
  assert.equal(hitsIn(text, ["a"]).length, MAX_HITS);
  const parts = marked(text, ["a", "b"]);
  assert.equal(parts.map((part) => part.text).join(""), text);
});
