/**
 * Decode "br" (RFC 7932), for browsers whose DecompressionStream lacks it. The package's main function
 * does not limit the decoded size, so this module calls its decoder with a limited output.
 */

// @ts-expect-error: the package does not export this file and has no types
import { BrotliDecompress } from "../../../../node_modules/brotli/dec/decode.js";
import { TooLarge } from "../content-coding.js";

/** The input of the decoder. */
class Input {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  /**
   * @param {Uint8Array} buffer
   * @param {number} start
   * @param {number} count
   */
  read(buffer, start, count) {
    const part = this.#bytes.subarray(this.#at, this.#at + count);
    buffer.set(part, start);
    this.#at += part.length;
    return part.length;
  }
}

/** The output of the decoder. */
class Output {
  /** The decoder enlarges a buffer that is too small; this one never is. */
  buffer = { length: Number.POSITIVE_INFINITY };
  #bytes;
  #length = 0;

  /** @param {number} limit */
  constructor(limit) {
    this.#bytes = new Uint8Array(limit);
  }

  get bytes() {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * @param {Uint8Array} ring
   * @param {number} count
   */
  write(ring, count) {
    const room = this.#bytes.length - this.#length;
    this.#bytes.set(ring.subarray(0, Math.min(count, room)), this.#length);
    this.#length += Math.min(count, room);
    if (count > room) throw new TooLarge(this.bytes);
    return count;
  }
}

/** @type {import("../content-coding.js").Decoder} */
export function decode(bytes, limit) {
  const output = new Output(limit);
  BrotliDecompress(new Input(bytes), output);
  return output.bytes;
}
