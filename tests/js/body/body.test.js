import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bodyOf,
  bytesOf,
  chunksAtLines,
  chunksOf,
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

test("what is not text is shown as hex first", () => {
  const bytes = binary(new Uint8Array([0]));
  assert.deepEqual(viewsOf(bytes, "application/json"), ["hex", "text"]);
});

test("what can be read in a body that is not text is shown raw", () => {
  const coloured = binary(new TextEncoder().encode("\x1b[31mgr\u00fcn\x1b[0m"));
  assert.deepEqual([...chunksOf(coloured, "text")], ["\x1b[31mgr\u00fcn\x1b[0m"]);
  const latin1 = binary(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e));
  assert.deepEqual([...chunksOf(latin1, "text")], ["gr\u00fcn"]);
});

test("a byte order mark does not make JSON text, and stays in the bytes", () => {
  const marked = text('\ufeff{"a": 1}');
  assert.equal(viewsOf(marked, "application/json")[0], "json");
  assert.deepEqual(JSON.parse(withoutMark(marked.content)), { a: 1 });
  assert.deepEqual([...bytesOf(marked).subarray(0, 4)], [0xef, 0xbb, 0xbf, 0x7b]);
});

test("markup is recognised by its type or by its first tag", () => {
  assert.equal(viewsOf(text("<a/>"), "application/atom+xml")[0], "xml");
  assert.equal(viewsOf(text("<p>hi"), "text/html")[0], "markup");
  assert.equal(viewsOf(text("<?xml version='1.0'?><a/>"), "")[0], "xml");
  assert.equal(viewsOf(text("<3 webhooks"), "text/plain")[0], "text");
});

test("HTML has a preview beside its source, other markup and what is too large have none", () => {
  const views = ["markup", "preview", "text", "hex"];
  assert.deepEqual(viewsOf(text("<p>hi"), "text/html"), views);
  assert.deepEqual(viewsOf(text("<p>hi"), "application/xhtml+xml"), views);
  assert.deepEqual(viewsOf(text("\n<!DOCTYPE HTML><p>hi"), ""), views);
  assert.deepEqual(viewsOf(text("<html lang=en>"), "text/plain"), views);
  assert.deepEqual(viewsOf(text("<a/>"), "application/xml"), ["xml", "text", "hex"]);
  assert.deepEqual(viewsOf(text("<p>".repeat(2 ** 20)), "text/html"), ["text", "hex"]);
});

test("forms, multipart bodies and images have a view of their own", () => {
  const form = "application/x-www-form-urlencoded";
  assert.deepEqual(viewsOf(text("a=1"), form), ["form", "text", "hex"]);
  assert.deepEqual(viewsOf(text('{"a": 1}'), form)[0], "json");
  const bytes = binary(new Uint8Array([0]));
  assert.deepEqual(viewsOf(bytes, "multipart/form-data"), ["multipart", "text", "hex"]);
  assert.deepEqual(viewsOf(bytes, "image/png"), ["image", "text", "hex"]);
  assert.deepEqual(viewsOf(bytes, "image/svg+xml"), ["hex", "text"]);
});

test("a body far over what a server takes is not made pretty", () => {
  assert.deepEqual(viewsOf(text(`[${"1,".repeat(2 ** 21)}1]`), ""), ["text", "hex"]);
});

test("decoded bytes become text when they are readable, and are always had back", () => {
  const readable = bodyOf(new TextEncoder().encode("\ufeffgr\u00fc\u00dfe\n"));
  assert.equal(readable.content, "\ufeffgr\u00fc\u00dfe\n");
  for (const bytes of [Uint8Array.of(0xff, 0xff), Uint8Array.of(0x61, 0x00)]) {
    assert.equal(bodyOf(bytes).encoding, "base64");
    assert.equal(bytesOf(bodyOf(bytes)), bytes);
  }
});

test("long text is cut behind line ends and loses nothing", () => {
  const long = "one\ntwo\nthree\n".repeat(50);
  const chunks = [...chunksAtLines(long, 100)];
  assert.ok(chunks.length > 5);
  assert.ok(chunks.every((chunk) => chunk.endsWith("\n")));
  assert.equal(chunks.join(""), long);
});

test("a line without an end is cut too, but no character in two", () => {
  const long = `a${"\u{1f517}".repeat(1000)}`;
  const chunks = [...chunksAtLines(long, 100)];
  assert.ok(chunks.every((chunk) => chunk.length <= 200 && !/^[\udc00-\udfff]/.test(chunk)));
  assert.equal(chunks.join(""), long);
});

test("a body of a megabyte comes in chunks that a page can lay out", () => {
  const body = text("line\n".repeat(200_000));
  const chunks = [...chunksOf(body, "text")];
  assert.ok(chunks.every((chunk) => chunk.length <= 32 * 1024));
  assert.equal(chunks.join(""), body.content);
  const lines = [...chunksOf(body, "hex")].join("\n").split("\n");
  assert.equal(lines.length, 1_000_000 / 16);
  assert.match(lines[lines.length - 1], /^000f4230 {2}/);
});
