import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bodyOf,
  bytesOf,
  chunksOf,
  splitAtLines,
  viewsOf,
  withoutMark,
} from "../../../static/js/body/body.js";

/** @typedef {import("../../../static/js/body/body.js").Body} Body */

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

test("base64 decodes to the bytes that were sent", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesOf(binary(all)), all);
});

test("text is encoded as UTF-8", () => {
  assert.deepEqual([...bytesOf(text("é\n"))], [0xc3, 0xa9, 0x0a]);
});

test("JSON is detected by its type or its first character, if it is valid", () => {
  assert.equal(viewsOf(text("12"), "application/json")[0], "json");
  assert.equal(viewsOf(text("12"), "application/problem+json")[0], "json");
  assert.equal(viewsOf(text(' {"a": 1}'), "")[0], "json");
  assert.equal(viewsOf(text("12"), "text/plain")[0], "text");
  assert.equal(viewsOf(text('{"a": }'), "application/json")[0], "text");
});

test("a binary body is shown as hex first", () => {
  const bytes = binary(new Uint8Array([0]));
  assert.deepEqual(viewsOf(bytes, "application/json"), ["hex", "text"]);
});

test("the raw view of a binary body shows its readable text", () => {
  const coloured = binary(new TextEncoder().encode("\x1b[31mgr\u00fcn\x1b[0m"));
  assert.deepEqual([...chunksOf(coloured, "text")], ["\x1b[31mgr\u00fcn\x1b[0m"]);
  const latin1 = binary(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e));
  assert.deepEqual([...chunksOf(latin1, "text")], ["gr\u00fcn"]);
});

test("JSON with a byte order mark is JSON, and the mark stays in the bytes", () => {
  const marked = text('\ufeff{"a": 1}');
  assert.equal(viewsOf(marked, "application/json")[0], "json");
  assert.deepEqual(JSON.parse(withoutMark(marked.content)), { a: 1 });
  assert.deepEqual([...bytesOf(marked).subarray(0, 4)], [0xef, 0xbb, 0xbf, 0x7b]);
});

test("markup is detected by its type or its first tag", () => {
  assert.equal(viewsOf(text("<a/>"), "application/atom+xml")[0], "xml");
  assert.equal(viewsOf(text("<p>hi"), "text/html")[0], "markup");
  assert.equal(viewsOf(text("<?xml version='1.0'?><a/>"), "")[0], "xml");
  assert.equal(viewsOf(text("<3 webhooks"), "text/plain")[0], "text");
});

test("HTML has a preview, unlike other markup and HTML that is too large", () => {
  const views = ["markup", "preview", "text", "hex"];
  assert.deepEqual(viewsOf(text("<p>hi"), "text/html"), views);
  assert.deepEqual(viewsOf(text("<p>hi"), "application/xhtml+xml"), views);
  assert.deepEqual(viewsOf(text("\n<!DOCTYPE HTML><p>hi"), ""), views);
  assert.deepEqual(viewsOf(text("<html lang=en>"), "text/plain"), views);
  assert.deepEqual(viewsOf(text("<a/>"), "application/xml"), ["xml", "text", "hex"]);
  assert.deepEqual(viewsOf(text("<p>".repeat(2 ** 20)), "text/html"), ["text", "hex"]);
});

test("forms, multipart bodies and images have separate views", () => {
  const form = "application/x-www-form-urlencoded";
  assert.deepEqual(viewsOf(text("a=1"), form), ["form", "text", "hex"]);
  assert.deepEqual(viewsOf(text('{"a": 1}'), form)[0], "json");
  const bytes = binary(new Uint8Array([0]));
  assert.deepEqual(viewsOf(bytes, "multipart/form-data"), ["multipart", "text", "hex"]);
  assert.deepEqual(viewsOf(bytes, "image/png"), ["image", "text", "hex"]);
  assert.deepEqual(viewsOf(bytes, "image/svg+xml"), ["hex", "text"]);
});

test("a very large body has no formatted view", () => {
  assert.deepEqual(viewsOf(text(`[${"1,".repeat(2 ** 21)}1]`), ""), ["text", "hex"]);
});

test("decoded bytes become text if they are readable, and stay available as bytes", () => {
  const readable = bodyOf(new TextEncoder().encode("\ufeffgr\u00fc\u00dfe\n"));
  assert.equal(readable.content, "\ufeffgr\u00fc\u00dfe\n");
  for (const bytes of [Uint8Array.of(0xff, 0xff), Uint8Array.of(0x61, 0x00)]) {
    assert.equal(bodyOf(bytes).encoding, "base64");
    assert.equal(bytesOf(bodyOf(bytes)), bytes);
  }
});

test("long text is split after line ends and stays complete", () => {
  const long = "one\ntwo\nthree\n".repeat(50);
  const chunks = [...splitAtLines(long, 100)];
  assert.ok(chunks.length > 5);
  assert.ok(chunks.every((chunk) => chunk.endsWith("\n")));
  assert.equal(chunks.join(""), long);
});

test("a line without an end is split, but never inside a character", () => {
  const long = `a${"\u{1f517}".repeat(1000)}`;
  const chunks = [...splitAtLines(long, 100)];
  assert.ok(chunks.every((chunk) => chunk.length <= 200 && !/^[\udc00-\udfff]/.test(chunk)));
  assert.equal(chunks.join(""), long);
});

test("a body of a megabyte is split into small chunks", () => {
  const body = text("line\n".repeat(200_000));
  const chunks = [...chunksOf(body, "text")];
  assert.ok(chunks.every((chunk) => chunk.length <= 32 * 1024));
  assert.equal(chunks.join(""), body.content);
  const lines = [...chunksOf(body, "hex")].join("\n").split("\n");
  assert.equal(lines.length, 1_000_000 / 16);
  assert.match(lines[lines.length - 1], /^000f4230 {2}/);
});
