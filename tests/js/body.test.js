import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, chunksAtLines, hexDump, partsOf, viewsOf } from "../../static/js/body.js";

/** @typedef {import("../../static/js/body.js").Body} Body */

/**
 * @param {string} content
 * @returns {Body}
 */
const text = (content) => ({
  size: Buffer.byteLength(content),
  encoding: "utf-8",
  content,
  complete: true,
});

/**
 * @param {Uint8Array} bytes
 * @returns {Body}
 */
const binary = (bytes) => ({
  size: bytes.length,
  encoding: "base64",
  content: Buffer.from(bytes).toString("base64"),
  complete: true,
});

test("every byte comes back from base64", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesOf(binary(all)), all);
});

test("text comes back as its UTF-8 bytes", () => {
  assert.deepEqual([...bytesOf(text("é\n"))], [0xc3, 0xa9, 0x0a]);
});

test("JSON is recognised by its type or by its looks, and only when it is valid", () => {
  assert.equal(viewsOf(text("12"), "application/json")[0], "json");
  assert.equal(viewsOf(text("12"), "application/problem+json")[0], "json");
  assert.equal(viewsOf(text(' {"a": 1}'), "")[0], "json");
  assert.equal(viewsOf(text("12"), "text/plain")[0], "text");
  assert.equal(viewsOf(text('{"a": }'), "application/json")[0], "text");
});

test("what is not text is shown as hex alone", () => {
  assert.deepEqual(viewsOf(binary(new Uint8Array([0])), "application/json"), ["hex"]);
});

test("a hex dump has offset, sixteen bytes and their ASCII in each line", () => {
  const bytes = new TextEncoder().encode("Hello, webhook!\n\x00\xff");
  assert.deepEqual(hexDump(bytes).split("\n"), [
    "00000000  48 65 6c 6c 6f 2c 20 77  65 62 68 6f 6f 6b 21 0a  Hello, webhook!.",
    "00000010  00 c3 bf                                          ...",
  ]);
});

test("long text is cut behind line ends and loses nothing", () => {
  const long = "one\ntwo\nthree\n".repeat(50);
  const chunks = chunksAtLines(long, 100);
  assert.ok(chunks.length > 5);
  assert.ok(chunks.every((chunk) => chunk.endsWith("\n")));
  assert.equal(chunks.join(""), long);
});

test("a body of a megabyte shows its beginning until all of it is asked for", () => {
  const body = text("line\n".repeat(200_000));
  const first = partsOf(body, "text", false);
  assert.equal(first.cut, true);
  assert.ok(first.parts.length <= 2);
  const all = partsOf(body, "text", true);
  assert.equal(all.cut, false);
  assert.equal(all.parts.map((part) => part.text).join(""), body.content);
});

test("short JSON comes in tones, and hex in one chunk", () => {
  const body = text('{"a":1}');
  assert.deepEqual(
    partsOf(body, "json", false).parts.map(({ tone }) => tone),
    ["plain", "key", "plain", "number", "plain"],
  );
  assert.equal(partsOf(body, "hex", false).parts[0].text, hexDump(bytesOf(body)));
});
