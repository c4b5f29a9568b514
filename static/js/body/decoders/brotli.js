/**
 * The content coding "br" (RFC 7932), for browsers whose DecompressionStream lacks it. The package's
 * own function makes room for whatever a body unfolds to, so its decoder is given an output that ends.
 */

// @ts-expect-error: the package names this file nowhere, and it comes without types
import { BrotliDecompress } from "../../../../node_modules/brotli/dec/decode.js";
import { TooLarge } from "../content-coding.js";

/** What the decoder reads from. */
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

/** What it writes to. */
class Output {
  /** It makes a larger buffer where this one is too small. */
  buffer = { length: Number.POSITIVE_INFINITY };
  #bytes;
  #length = 0;

  /** @param {number} most */
  constructor(most) {
    this.#bytes = new Uint8Array(most);
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
export function decode(bytes, most) {
  const output = new Output(most);
  BrotliDecompress(new Input(bytes), output);
  return output.bytes;
}
