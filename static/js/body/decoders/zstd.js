/**
 * The content coding "zstd" (RFC 8878, RFC 9659), for browsers whose DecompressionStream lacks it.
 * The library believes a frame's header, and moves the whole window for each block; so frames are
 * measured first.
 *
 * @typedef {object} Frame
 * @property {number} end     behind it
 * @property {number} window  bytes that the library makes room for, and moves for each block
 * @property {number} blocks
 */

import { Decompress } from "fzstd";
import { TooLarge } from "../content-coding.js";

/** RFC 9659, section 3: no more is allowed in HTTP. */
const MAX_WINDOW = 8 * 2 ** 20;

/** Bytes that are moved in all. */
const MAX_MOVED = 2 ** 29;

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;

/** The type of a block that holds one byte, to be repeated. */
const RUN = 1;

/** @type {import("../content-coding.js").Decoder} */
export function decode(bytes, most) {
  const whole = new Uint8Array(most);
  let length = 0;
  let moved = 0;
  const put = (/** @type {Uint8Array} */ part) => {
    const room = most - length;
    whole.set(part.subarray(0, room), length);
    length += Math.min(part.length, room);
    if (part.length > room) throw new TooLarge(whole);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < bytes.length; ) {
    const { end, window, blocks } = frameAt(view, start);
    moved += window * blocks;
    if (window > MAX_WINDOW || moved > MAX_MOVED) throw new TooLarge();
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
  if (magic !== MAGIC) throw new Error("no zstd frame");
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
 * The end of a frame's header, and how much room it asks for (RFC 8878, section 3.1.1.1).
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
