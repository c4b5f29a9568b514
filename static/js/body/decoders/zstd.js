/**
 * Decode "zstd" (RFC 8878, RFC 9659), for browsers whose DecompressionStream lacks it. The library
 * trusts a frame's header and copies the whole window for each block, so frames are checked first.
 *
 * @typedef {object} Frame
 * @property {number} end     index after the frame
 * @property {number} window  bytes that the library allocates, and copies for each block
 * @property {number} blocks
 */

import { Decompress } from "fzstd";
import { TooLarge } from "../content-coding.js";

/** The maximum in HTTP (RFC 9659, section 3). */
const MAX_WINDOW = 8 * 2 ** 20;

/** Maximum bytes that the library copies per body. */
const MAX_COPIED = 2 ** 29;

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;

/** The type of a block that repeats one byte. */
const RUN = 1;

/** @type {import("../content-coding.js").Decoder} */
export function decode(bytes, limit) {
  const whole = new Uint8Array(limit);
  let length = 0;
  let copied = 0;
  const put = (/** @type {Uint8Array} */ part) => {
    const room = limit - length;
    whole.set(part.subarray(0, room), length);
    length += Math.min(part.length, room);
    if (part.length > room) throw new TooLarge(whole);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < bytes.length; ) {
    const { end, window, blocks } = frameAt(view, start);
    copied += window * blocks;
    if (window > MAX_WINDOW || copied > MAX_COPIED) throw new TooLarge();
    if (blocks > 0) new Decompress(put).push(bytes.subarray(start, end), true);
    start = end;
  }
  return whole.subarray(0, length);
}

/**
 * @param {DataView} view
 * @param {number} start
 * @returns {Frame}
 */
function frameAt(view, start) {
  const magic = view.getUint32(start, true);
  if (magic >>> 4 === SKIPPABLE) {
    return { end: start + 8 + view.getUint32(start + 4, true), window: 0, blocks: 0 };
  }
  if (magic !== MAGIC) throw new Error("not a zstd frame");
  const { end, window } = headerAt(view, start + 4);
  let [at, blocks, last] = [end, 0, false];
  for (; !last; blocks++) {
    const block = view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
    last = (block & 1) === 1;
    at += 3 + (((block >> 1) & 3) === RUN ? 1 : block >> 3);
  }
  const checksum = view.getUint8(start + 4) & 4;
  return { end: at + checksum, window, blocks };
}

/**
 * Return the end of a frame's header and its window size (RFC 8878, section 3.1.1.1).
 * @param {DataView} view
 * @param {number} start
 */
function headerAt(view, start) {
  const flags = view.getUint8(start);
  const isSingle = (flags & 0x20) !== 0;
  const size = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6];
  const sizeAt = start + 1 + (isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3];
  const window = isSingle ? contentSize(view, sizeAt, size) : windowSize(view.getUint8(start + 1));
  return { end: sizeAt + size, window };
}

/** @param {number} descriptor */
function windowSize(descriptor) {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {number} size  of the field
 */
function contentSize(view, at, size) {
  if (size === 1) return view.getUint8(at);
  if (size === 2) return 256 + view.getUint16(at, true);
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
