import assert from "node:assert/strict";
import { test } from "node:test";
import { read, textOf } from "../../../static/js/body/charset.js";

/**
 * @param {string} text  bytes as Latin-1
 * @param {string} [type]
 */
const reading = (text, type) => read(Buffer.from(text, "latin1"), type);

/** @type {[bytes: string, type: string, text: string, why: RegExp][]} */
const READ = [
  [
    "\xff\xfeZ\0\xeb\0",
    "text/plain; charset=utf-8",
    "Zë",
    /^Read as UTF-16LE because of its byte order mark\.$/,
  ],
  ["\xfe\xff\0Z\0\xeb", "", "Zë", /UTF-16BE because of its byte/],
  ['{\0"\0', "application/json; charset=utf-16", '{"', /UTF-16LE because every second/],
  ["\0<\0?", "application/xml", "<?", /UTF-16BE because every second/],
  [
    "Zo\xeb",
    "text/plain; charset=iso-8859-1",
    "Zoë",
    /windows-1252 because the Content-Type says “iso-8859-1”\.$/,
  ],
  ["Zo\xeb", "text/plain", "Zoë", /windows-1252 because the bytes are not valid UTF-8, and no/],
  [
    "Zo\xeb",
    "text/plain; charset=utf-8",
    "Zoë",
    /not valid UTF-8, although the Content-Type says “utf-8”/,
  ],
  ["\xba\xec", 'text/plain; charset="GBK"', "红", /as GBK because/],
  ["\x83\x8f", "text/plain; charset=shift_jis", "ワ", /as SHIFT_JIS because/],
  ["\x1b$B4A\x1b(B", "text/plain; charset=iso-2022-jp", "漢", /as ISO-2022-JP because/],
  [
    "<?xml version='1.0' encoding='iso-8859-2'?><a>\xb1",
    "text/xml",
    "<?xml version='1.0' encoding='iso-8859-2'?><a>ą",
    /the XML declaration says/,
  ],
  [
    "<meta charset=koi8-r>\xc1",
    "text/html",
    "<meta charset=koi8-r>а",
    /KOI8-R because the meta element says/,
  ],
  ["\xc3\xab", "text/plain; charset=iso-8859-1", "Ã«", /The bytes are also valid UTF-8\.$/],
  ["\x81", "text/plain; charset=shift_jis", "\ufffd", /Invalid bytes are shown as \ufffd/],
  [
    "\xc3\xab",
    "text/plain; charset=klingon",
    "ë",
    /^Read as UTF-8: the charset is unknown, although the Content-Type says “klingon”/,
  ],
  [
    "<?xml version='1.0' encoding='utf-16'?><a/>",
    "text/xml",
    "<?xml version='1.0' encoding='utf-16'?><a/>",
    /^Read as UTF-8 because its bytes are UTF-8, although/,
  ],
];

test("the charset comes from mark, type, declaration or bytes, and a note says which", () => {
  for (const [bytes, type, text, why] of READ) {
    const found = reading(bytes, type);
    assert.deepEqual([found.text, found.isText], [text, true], type);
    assert.match(found.note, why);
  }
});

test("UTF-8, and text with the same bytes in UTF-8, has no note", () => {
  for (const type of ["", "text/plain", "text/plain; charset=utf-8", "a/b; charset=iso-8859-1"]) {
    assert.deepEqual(reading("plain", type), { text: "plain", isText: true, note: "" });
  }
  assert.equal(reading("\xef\xbb\xbfa").text, "\ufeffa", "the mark stays in sight");
});

test("bytes without a text type are binary, and can still be read", () => {
  for (const [bytes, type] of [
    ["\x89PNG\r\n\0\xff", "image/png"],
    ["\xe9\xe9", "application/octet-stream"],
    ["\xff\xfe\0\xd8", "application/octet-stream"],
    ["a\0b", "text/plain"],
  ]) {
    assert.equal(reading(bytes, type).isText, false, type);
  }
  assert.equal(reading("\x1b[31mgr\xc3\xbcn").text, "\x1b[31mgrün");
  assert.equal(textOf(Buffer.from("\xe9", "latin1")), null);
});

test("a long label is shortened", () => {
  const { note } = reading("é", `text/plain; charset=${"x".repeat(1000)}`);
  assert.ok(note.length < 200);
});
