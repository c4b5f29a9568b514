/** The dashboard's own decoders, each loaded when a body needs it. */

import { decoders } from "../content-coding.js";

export function addDecoders() {
  decoders.br = async () => (await import("./brotli.js")).decode;
  decoders.zstd = async () => (await import("./zstd.js")).decode;
}
