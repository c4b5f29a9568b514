import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  codingsOf,
  decodeContent,
  decodedLimit,
  decoders,
  TooLarge,
} from "../../../static/js/body/content-coding.js";
import { sample } from "../samples.js";

const TEXT = "grüße\n".repeat(1000);

/** @param {Uint8Array} bytes */
const bodyOf = (bytes) => ({
  size: bytes.length,
  encoding: /** @type {const} */ ("base64"),
  content: Buffer.from(bytes).toString("base64"),
  complete: true,
});

/** @param {Uint8Array} bytes */
const textOf = (bytes) => Buffer.from(bytes).toString();

test("codings are read from all header lines, in order", () => {
  const headers = /** @type {[string, string][]} */ ([
    ["Content-Encoding", "GZIP , identity"],
    ["content-encoding", "br"],
  ]);
  const body = bodyOf(Uint8Array.of(1, 2, 3));
  assert.deepEqual(codingsOf(sample({ headers, body })), ["gzip", "br"]);
  assert.deepEqual(codingsOf(sample({ body })), []);
  assert.deepEqual(codingsOf(sample({ headers })), [], "nothing to decodeContent in no body");
});

test("zstd without a header is detected by its first bytes", () => {
  const body = bodyOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58));
  assert.deepEqual(codingsOf(sample({ body })), ["zstd"]);
});

test("the limit depends on the size of the body and is at most 16 MiB", () => {
  assert.equal(decodedLimit(0), 2 ** 20);
  assert.equal(decodedLimit(2 ** 16), 2 ** 20 + 100 * 2 ** 16);
  assert.equal(decodedLimit(2 ** 30), 16 * 2 ** 20);
});

test("gzip without a header is detected by its first bytes", () => {
  assert.deepEqual(codingsOf(sample({ body: bodyOf(gzipSync("x")) })), ["gzip"]);
});

test("gzip and both kinds of deflate are decoded", async () => {
  for (const [coding, compress] of /** @type {const} */ ([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])) {
    const { bytes, problem } = await decodeContent(compress(TEXT), [coding]);
    assert.equal(textOf(bytes), TEXT, coding);
    assert.equal(problem, "");
  }
});

test("several codings are decoded from the last to the first", async () => {
  const { bytes } = await decodeContent(gzipSync(deflateSync(TEXT)), ["deflate", "gzip"]);
  assert.equal(textOf(bytes), TEXT);
});

test("br is decoded if the runtime supports it, and else a message says that it is not", async () => {
  const { bytes, problem } = await decodeContent(brotliCompressSync(TEXT), ["br"]);
  if (problem) assert.equal(problem, "This browser can’t decode “br”.");
  else assert.equal(textOf(bytes), TEXT);
});

test("the message for an unknown coding names it", async () => {
  const { bytes, problem } = await decodeContent(Uint8Array.of(1), ["constructor"]);
  assert.equal(bytes.length, 0);
  assert.equal(problem, "This browser can’t decode “constructor”.");
});

test("a body that is not compressed, truncated or damaged is reported", async () => {
  for (const bytes of [Buffer.from("plain"), gzipSync(TEXT).subarray(0, -20)]) {
    const { problem } = await decodeContent(bytes, ["gzip"]);
    assert.equal(problem, "The body is damaged, incomplete or not “gzip”.");
  }
});

test("a decompression bomb stops at the limit", async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const { bytes, problem } = await decodeContent(bomb, ["gzip"], 1_000_000);
  assert.equal(bytes.length, 1_000_000);
  assert.match(problem, /too large/);
});

test("a loaded decoder replaces the browser's, and its errors are reported", async () => {
  /** @param {() => Promise<import("../../../static/js/body/content-coding.js").Decoder>} load */
  const decodeWith = (load, size = 1) => {
    decoders.pear = load;
    return decodeContent(new Uint8Array(size), ["pear"]).finally(() => delete decoders.pear);
  };
  /** @param {Error} error */
  const failing = (error) => async () => () => {
    throw error;
  };
  const worked = await decodeWith(async () => () => Uint8Array.of(7));
  assert.deepEqual([[...worked.bytes], worked.problem], [[7], ""]);
  const [damaged, large, truncated, missing, heavy] = await Promise.all([
    decodeWith(failing(new TypeError("x"))),
    decodeWith(failing(new TooLarge())),
    decodeWith(failing(new TooLarge(Uint8Array.of(1)))),
    decodeWith(() => Promise.reject(new TypeError("offline"))),
    decodeWith(async () => () => assert.fail("a decoder would block the page"), 2 ** 20),
  ]);
  assert.match(damaged.problem, /damaged, incomplete or not “pear”/);
  assert.match(large.problem, /too large to show/);
  assert.deepEqual(
    [[...truncated.bytes], truncated.problem.slice(0, 21)],
    [[1], "Only the beginning is"],
  );
  assert.match(missing.problem, /can’t be loaded\. Reload/);
  assert.match(heavy.problem, /too large to decode/);
});
