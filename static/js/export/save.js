/** For how long the browser may take to begin. */
const KEEP_MS = 10_000;

/**
 * Hands the reader a file.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

/**
 * Bytes of a stranger, as no type: a browser that opens them runs nothing.
 * @param {Uint8Array} bytes
 * @param {string} name
 */
export function saveBytes(bytes, name) {
  save(new Blob([/** @type {BlobPart} */ (bytes)], { type: "application/octet-stream" }), name);
}
