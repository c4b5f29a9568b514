import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  codingsOf,
  decoders,
  mostOf,
  TooLarge,
  undo,
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

test("codings are read from all header lines, in their order", () => {
  const headers = /** @type {[string, string][]} */ ([
    ["Content-Encoding", "GZIP , identity"],
    ["content-encoding", "br"],
  ]);
  const body = bodyOf(Uint8Array.of(1, 2, 3));
  assert.deepEqual(codingsOf(sample({ headers, body })), ["gzip", "br"]);
  assert.deepEqual(codingsOf(sample({ body })), []);
  assert.deepEqual(codingsOf(sample({ headers })), [], "nothing to undo in no body");
});

test("zstd without a header is known by its first bytes", () => {
  const body = bodyOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58));
  assert.deepEqual(codingsOf(sample({ body })), ["zstd"]);
});

test("a small body unfolds to little, and none to more than 16 MiB", () => {
  assert.equal(mostOf(0), 2 ** 20);
  assert.equal(mostOf(2 ** 16), 2 ** 20 + 100 * 2 ** 16);
  assert.equal(mostOf(2 ** 30), 16 * 2 ** 20);
});

test("gzip without a header is known by its first bytes", () => {
  assert.deepEqual(codingsOf(sample({ body: bodyOf(gzipSync("x")) })), ["gzip"]);
});

test("gzip and both kinds of deflate are undone", async () => {
  for (const [coding, compress] of /** @type {const} */ ([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])) {
    const { bytes, problem } = await undo(compress(TEXT), [coding]);
    assert.equal(textOf(bytes), TEXT, coding);
    assert.equal(problem, "");
  }
});

test("several codings are undone from the last to the first", async () => {
  const { bytes } = await undo(gzipSync(deflateSync(TEXT)), ["deflate", "gzip"]);
  assert.equal(textOf(bytes), TEXT);
});

test("br is undone where the runtime knows it, and else refused in words", async () => {
  const { bytes, problem } = await undo(brotliCompressSync(TEXT), ["br"]);
  if (problem) assert.equal(problem, "This browser can’t undo “br”.");
  else assert.equal(textOf(bytes), TEXT);
});

test("a coding that nobody knows is named", async () => {
  const { bytes, problem } = await undo(Uint8Array.of(1), ["constructor"]);
  assert.equal(bytes.length, 0);
  assert.equal(problem, "This browser can’t undo “constructor”.");
});

test("what is not compressed, cut off or damaged is told", async () => {
  for (const bytes of [Buffer.from("plain"), gzipSync(TEXT).subarray(0, -20)]) {
    const { problem } = await undo(bytes, ["gzip"]);
    assert.equal(problem, "The body is damaged, incomplete or not “gzip”.");
  }
});

test("a bomb is stopped at the limit", async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const { bytes, problem } = await undo(bomb, ["gzip"], 1_000_000);
  assert.equal(bytes.length, 1_000_000);
  assert.match(problem, /too large/);
});

test("a decoder of the page's own undoes what the browser can't, and its failures are told", async () => {
  /** @param {() => Promise<import("../../../static/js/body/content-coding.js").Decoder>} load */
  const undoneWith = (load, size = 1) => {
    decoders.pear = load;
    return undo(new Uint8Array(size), ["pear"]).finally(() => delete decoders.pear);
  };
  /** @param {Error} error */
  const failing = (error) => async () => () => {
    throw error;
  };
  const worked = await undoneWith(async () => () => Uint8Array.of(7));
  assert.deepEqual([[...worked.bytes], worked.problem], [[7], ""]);
  const [damaged, large, cut, missing, heavy] = await Promise.all([
    undoneWith(failing(new TypeError("x"))),
    undoneWith(failing(new TooLarge())),
    undoneWith(failing(new TooLarge(Uint8Array.of(1)))),
    undoneWith(() => Promise.reject(new TypeError("offline"))),
    undoneWith(async () => () => assert.fail("it works while the page stands still"), 2 ** 20),
  ]);
  assert.match(damaged.problem, /damaged, incomplete or not “pear”/);
  assert.match(large.problem, /unfolds to more/);
  assert.deepEqual([[...cut.bytes], cut.problem.slice(0, 21)], [[1], "This is its beginning"]);
  assert.match(missing.problem, /can’t be loaded: reload/);
  assert.match(heavy.problem, /Too large/);
});
