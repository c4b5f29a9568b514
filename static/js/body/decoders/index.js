/** Decoders for browsers that lack them, each a file of its own that is loaded when a body needs it. */

import { decoders } from "../content-coding.js";

const FILES = { br: "brotli.js", zstd: "zstd.js" };

/** @param {URL} folder  where the files are */
export function addDecoders(folder) {
  for (const [coding, file] of Object.entries(FILES)) {
    decoders[coding] = async () => (await import(new URL(file, folder).href)).decode;
  }
}
