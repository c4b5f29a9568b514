import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { InboxRequest } from "../../../static/js/inbox/request.js";
import { sample } from "../samples.js";

/** @param {Buffer | string} content @param {[string, string][]} [headers] @param {object} [more] */
function requestOf(content, headers = [], more = {}) {
  const bytes = Buffer.from(content);
  const encoding = /** @type {const} */ ("base64");
  const body = { size: bytes.length, encoding, content: bytes.toString("base64"), complete: true };
  return new InboxRequest(sample({ headers, body: { ...body, ...more } }));
}

test("header lines are found in upper and lower case, and the query is decoded", () => {
  const request = new InboxRequest(
    sample({
      headers: [
        ["X-One", "1"],
        ["x-one", "2"],
        ["Content-Type", "Application/JSON; charset=utf-8"],
      ],
      query_string: "a=1&a=%C3%BC",
    }),
  );
  assert.equal(request.header("X-ONE"), "1");
  assert.equal(request.header("x-two"), "");
  assert.deepEqual(request.headerLines("X-One"), ["1", "2"]);
  assert.equal(request.mediaType, "application/json");
  assert.deepEqual(request.query, [
    ["a", "1"],
    ["a", "ü"],
  ]);
});

test("a body is read as bytes, text and JSON", async () => {
  const json = '{"a": "ü"}';
  for (const request of [
    requestOf(json),
    requestOf(`\ufeff${json}`),
    requestOf(json, [], { encoding: "utf-8", content: json }),
    requestOf(Buffer.from(json, "utf16le"), [["Content-Type", "application/json"]]),
    requestOf(Buffer.from(json, "latin1"), [["Content-Type", "text/plain; charset=latin1"]]),
  ]) {
    assert.equal(await request.text(), json);
    assert.deepEqual(await request.json(), { a: "ü" });
  }
  assert.deepEqual([...requestOf(Buffer.from([0, 255])).bytes], [0, 255]);
});

test("content codings are decoded, and the bytes stay as they were sent", async () => {
  const packed = { gzip: gzipSync("{}"), deflate: deflateSync("{}"), br: brotliCompressSync("{}") };
  for (const [coding, bytes] of Object.entries(packed)) {
    const request = requestOf(bytes, [["Content-Encoding", coding]]);
    assert.deepEqual(await request.json(), {}, coding);
    assert.deepEqual(Buffer.from(request.bytes), bytes, coding);
  }
  const unnamed = requestOf(packed.gzip);
  assert.deepEqual(Buffer.from(await unnamed.content()), packed.gzip);
});

test("a body that can't be read is an error", async () => {
  const unknown = requestOf("{}", [["Content-Encoding", "unknown"]]);
  await assert.rejects(unknown.json(), { name: "RangeError", message: /sent as unknown/ });
  const damaged = requestOf("{}", [["Content-Encoding", "gzip"]]);
  await assert.rejects(damaged.text(), { name: "RangeError", message: /damaged/ });
  const huge = requestOf(gzipSync(Buffer.alloc(20 * 2 ** 20)), [["Content-Encoding", "gzip"]]);
  await assert.rejects(huge.content(), { name: "RangeError", message: /too large/ });
  const over = requestOf("", [], { size: 9, complete: false });
  await assert.rejects(over.json(), { name: "RangeError", message: /9 bytes.*over/ });
  await assert.rejects(requestOf("no").json(), { name: "SyntaxError" });
});
