import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { TooLarge } from "../../../static/js/body/content-coding.js";
import { decode as brotli } from "../../../static/js/body/decoders/brotli.js";
import { decode as zstd } from "../../../static/js/body/decoders/zstd.js";

/** @param {string} base64 */
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

const TEXT = '{"kind": "alert", "text": "disk of pear-7 is full", "n": [1, 2, 3]}';

/** The output of zstd 1.5: with a checksum and the size, and with neither. */
const FRAMES = [
  "KLUv/QRYGQIAeyJraW5kIjogImFsZXJ0IiwgInRleHQiOiAiZGlzayBvZiBwZWFyLTcgaXMgZnVsbCIsICJuIjogWzEsIDIsIDNdfWB0g1s=",
  "KLUv/QBYGQIAeyJraW5kIjogImFsZXJ0IiwgInRleHQiOiAiZGlzayBvZiBwZWFyLTcgaXMgZnVsbCIsICJuIjogWzEsIDIsIDNdfQ==",
].map(bytes);

/** A single segment of 24 blocks that each repeat one byte 128 KiB times: 3 MiB. */
const BOMB = Buffer.concat([
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
  ...Array.from({ length: 24 }, (_, at) => Buffer.from([at === 23 ? 3 : 2, 0, 16, 65])),
]);

test("zstd is decoded, also with several frames", () => {
  for (const frame of FRAMES) assert.equal(Buffer.from(zstd(frame, 1000)).toString(), TEXT);
  const skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
  const both = Buffer.concat([FRAMES[0], Buffer.from(skippable), FRAMES[1]]);
  assert.equal(Buffer.from(zstd(both, 1000)).toString(), TEXT + TEXT);
  assert.equal(zstd(BOMB, 4 * 2 ** 20).length, 3 * 2 ** 20);
});

test("br is decoded, with its dictionary", () => {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(100);
  assert.equal(Buffer.from(brotli(brotliCompressSync(text), 10_000)).toString(), text);
});

test("decoding stops at the limit", () => {
  assert.throws(() => zstd(BOMB, 2 ** 20), TooLarge);
  assert.throws(() => zstd(FRAMES[0], 10), TooLarge);
  assert.throws(() => brotli(brotliCompressSync(Buffer.alloc(2 ** 20)), 1000), TooLarge);
});

test("a body over the limit is decoded up to it, without more memory", () => {
  const bomb = brotliCompressSync(Buffer.alloc(64 * 2 ** 20, "a"));
  for (const decode of [() => brotli(bomb, 5000), () => zstd(BOMB, 5000)]) {
    assert.throws(decode, (error) => error instanceof TooLarge && error.beginning.length === 5000);
  }
});

test("a zstd frame with a larger window than HTTP allows is rejected", () => {
  const large = Uint8Array.from(FRAMES[1]);
  large[5] = 14 << 3; // a window of 16 MiB
  assert.throws(() => zstd(large, 1000), TooLarge);
  const single = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, ...Array(8).fill(0x7f), 1, 0, 0]);
  assert.throws(() => zstd(single, 1000), TooLarge);
});

test("thousands of blocks with a large window are rejected", () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3]; // 8 MiB
  const blocks = Array.from({ length: 5000 }, (_, at) => [at === 4999 ? 1 : 0, 0, 0]).flat();
  assert.throws(() => zstd(Uint8Array.from([...head, ...blocks]), 1000), TooLarge);
});

test("any damaged or truncated body throws an error", () => {
  const compressed = brotliCompressSync(TEXT);
  for (let end = 1; end < 40; end++) {
    assert.throws(() => zstd(FRAMES[0].subarray(0, end), 1000), notTooLarge);
    assert.throws(() => brotli(compressed.subarray(0, end), 1000), notTooLarge);
  }
  assert.throws(() => zstd(Buffer.from("plain"), 1000), notTooLarge);
});

/** @param {unknown} error */
function notTooLarge(error) {
  return !(error instanceof TooLarge);
}
