import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../../../static/js/body/form.js";

const FORM = "application/x-www-form-urlencoded";

/**
 * @param {string} text  bytes as Latin-1
 * @param {string} [type]
 */
const fields = (text, type = FORM, most = 1000) =>
  fieldsOf(Buffer.from(text, "latin1"), type, most);

test("fields are decoded as UTF-8, in order, also unusual ones", () => {
  const { pairs, note } = fields("a=J%C3%BCrgen+K&&b&=c&a=1=2");
  assert.deepEqual(pairs, [
    ["a", "Jürgen K"],
    ["b", ""],
    ["", "c"],
    ["a", "1=2"],
  ]);
  assert.equal(note, "");
});

test("the charset comes from the type, or from a field of the form", () => {
  for (const [text, type, by] of [
    ["n=%BA%EC&charset=utf-8", `${FORM}; charset=GBK`, "the Content-Type"],
    ["n=%BA%EC&_charset_=gbk&charset=utf-8", FORM, "the field _charset_"],
    ["n=%BA%EC&charset=GBK", FORM, "the field charset"],
  ]) {
    const { pairs, note } = fields(text, type);
    assert.deepEqual(pairs[0], ["n", "红"]);
    assert.match(note, new RegExp(`^Decoded as GBK because ${by} says “gbk”\\.$`, "i"));
  }
  assert.equal(fields("a=%83%8F", `${FORM}; charset=Shift_JIS`).pairs[0][1], "ワ");
});

test("a field with an unknown charset is ignored", () => {
  assert.deepEqual(fields("a=%C3%BC&charset=yes").pairs[0], ["a", "ü"]);
});

test("a value that is not valid in the charset is shown as sent", () => {
  assert.deepEqual(fields("a=%FC&b=%zz&c=%").pairs, [
    ["a", "%FC"],
    ["b", "%zz"],
    ["c", "%"],
  ]);
  assert.deepEqual(fields("name=G\xfcnther").pairs, [["name", "Günther"]]);
});

test("the number of decoded fields is limited", () => {
  assert.equal(fields("a=1&".repeat(5000), FORM, 1000).pairs.length, 1000);
});
