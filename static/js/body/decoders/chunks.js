/** Decoders as modules on demand, for a bundler that makes a separate file of each. */

import { decoders } from "../content-coding.js";

export function addDecoderChunks() {
  decoders.br = async () => (await import("./brotli.js")).decode;
  decoders.zstd = async () => (await import("./zstd.js")).decode;
}
