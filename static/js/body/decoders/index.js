/** Decoders for browsers that lack them. Each is a separate file, loaded when a body needs it. */

import { decoders } from "../content-coding.js";

const FILES = { br: "brotli.js", zstd: "zstd.js" };

/** @param {URL} folder  of the files */
export function addDecoders(folder) {
  for (const [coding, file] of Object.entries(FILES)) {
    decoders[coding] = async () => (await import(new URL(file, folder).href)).decode;
  }
}
