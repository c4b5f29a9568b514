import assert from "node:assert/strict";
import { test } from "node:test";
import { imageSize } from "../../../static/js/body/image-size.js";

/**
 * Concatenate bytes, given as numbers or as Latin-1 text.
 * @param {...(number[] | string)} pieces
 */
const bytes = (...pieces) =>
  new Uint8Array(
    Buffer.concat(
      pieces.map((piece) =>
        typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from(piece),
      ),
    ),
  );

const PNG = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const RIFF = "RIFF\0\0\0\0WEBP";
const GIF_SCREEN = [10, 0, 20, 0, 0, 0, 0];

/** @type {Record<string, [image: Uint8Array, width: number, height: number]>} */
const IMAGES = {
  PNG: [bytes(PNG, [0, 0, 0x59, 0xd8, 0, 0, 0x59, 0xd8]), 23_000, 23_000],
  "the largest PNG": [bytes(PNG, Array(8).fill(0xff)), 2 ** 32 - 1, 2 ** 32 - 1],
  "baseline JPEG": [bytes("\xff\xd8\xff\xc0", [0, 17, 8, 1, 2, 3, 4]), 0x304, 0x102],
  "progressive JPEG behind other segments": [
    bytes("\xff\xd8\xff\xe0\0\x04ab\xff\xff\xff\xc4\0\x02\xff\xc2", [0, 17, 8, 0, 5, 0, 6]),
    6,
    5,
  ],
  GIF: [bytes("GIF89a", GIF_SCREEN, ",\0\0\0\0\x0a\0\x14\0"), 10, 20],
  "GIF with a colour table, behind an extension": [
    bytes("GIF87a", [10, 0, 20, 0, 0x81, 0, 0], Array(12).fill(9), "!\xff\x02ab\x01c\0,", [
      ...[0, 0, 0, 0, 10, 0, 20, 0],
    ]),
    10,
    20,
  ],
  "GIF whose first image is larger than its screen": [
    bytes("GIF89a", GIF_SCREEN, ",", [1, 0, 2, 0, 0xff, 0xff, 0xfe, 0xff]),
    0x1_0000,
    0x1_0000,
  ],
  "lossy WebP": [bytes(RIFF, "VP8 \0\0\0\0abc\x9d\x01\x2a", [0x2c, 0x41, 0xc8, 0x80]), 300, 200],
  "lossless WebP": [bytes(RIFF, "VP8L\0\0\0\0\x2f", [0xff, 0xff, 0xff, 0x0f]), 16_384, 16_384],
  "extended WebP": [bytes(RIFF, "VP8X\0\0\0\0\0\0\0\0", [1, 0, 1, 2, 0, 0]), 65_538, 3],
};

for (const [name, [image, width, height]] of Object.entries(IMAGES)) {
  test(`the size of a ${name} is read from its first bytes`, () => {
    assert.deepEqual(imageSize(image), { width, height });
  });

  test(`the size of a truncated ${name} is unknown`, () => {
    for (let end = 12; end < image.length; end++) {
      const size = imageSize(image.subarray(0, end));
      assert.ok(size === "unknown" || size === null, `${end} bytes`);
    }
  });
}

test("the size of an image can be unknown, and is null for other bytes", () => {
  assert.equal(imageSize(bytes(PNG, Array(8).fill(0))), "unknown");
  assert.equal(imageSize(bytes("\x89PNG\r\n\x1a\n\0\0\0\rCgBI", Array(8).fill(1))), "unknown");
  assert.equal(imageSize(bytes("\xff\xd8\xff\xda\0\x02ab")), "unknown");
  for (const other of ["", "\x89PNG not", "BM", "\0\0\0\x20ftypavif", "<svg/>"]) {
    assert.equal(imageSize(bytes(other)), null);
  }
});
