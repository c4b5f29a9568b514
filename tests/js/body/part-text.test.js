import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf } from "../../../static/js/body/multipart.js";
import { readerOf } from "../../../static/js/body/part-text.js";

/**
 * Read the texts of parts.
 * @param {...[name: string, type: string, content: string]} fields  content: bytes as Latin-1
 */
function texts(...fields) {
  const written = fields.map(
    ([name, type, content]) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n${type && `Content-Type: ${type}\r\n`}\r\n${content}\r\n`,
  );
  const bytes = Buffer.from(`${written.join("")}--b--`, "latin1");
  const { parts } = partsOf(bytes, "multipart/form-data; boundary=b");
  const read = readerOf(parts);
  return parts.map((part) => read(part));
}

test("a part is read with its own charset", () => {
  const [first, second] = texts(
    ["a", "text/plain; charset=GBK", "\xba\xec"],
    ["b", "", "\xc3\xbc"],
  );
  assert.equal(first.text, "红");
  assert.match(first.note, /GBK because the Content-Type says/);
  assert.deepEqual([second.text, second.note], ["ü", ""]);
});

test("a field charsets names the charsets of other fields, as in inbound mail", () => {
  const charsets = '{"text": "iso-8859-1", "html": "iso-2022-jp", "odd": 1}';
  const read = texts(
    ["text", "", "Gr\xfc\xdfe"],
    ["html", "", "\x1b$B4A\x1b(B"],
    ["charsets", "", charsets],
  );
  assert.deepEqual(
    read.slice(0, 2).map(({ text, isText }) => [text, isText]),
    [
      ["Grüße", true],
      ["漢", true],
    ],
  );
  assert.match(read[0].note, /windows-1252 because the field charsets says “iso-8859-1”/);
});

test("a field _charset_ applies to all fields without their own charset", () => {
  const [own, other] = texts(
    ["a", "text/plain; charset=utf-8", "\xc3\xbc"],
    ["b", "", "\xba\xec"],
    ["_charset_", "", "gbk"],
  );
  assert.deepEqual([own.text, other.text], ["ü", "红"]);
});

test("a field that is not UTF-8 is still read as text, but a file is not", () => {
  const [field, file] = texts(
    ["a", "", "Z\xfcrich"],
    ["b", "application/octet-stream", "Z\xfcrich"],
  );
  assert.deepEqual([field.text, field.isText], ["Zürich", true]);
  assert.equal(file.isText, false);
});

test("a field charsets that is not JSON is an ordinary field", () => {
  assert.deepEqual(
    texts(["charsets", "", "[1"], ["a", "", "b"]).map(({ text }) => text),
    ["[1", "b"],
  );
});
