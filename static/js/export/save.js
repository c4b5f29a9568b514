/** Time for the browser to start the download. */
const KEEP_MS = 10_000;

/**
 * Download a file.
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
 * Download untrusted bytes. The generic type stops a browser from running them.
 * @param {Uint8Array} bytes
 * @param {string} name
 */
export function saveBytes(bytes, name) {
  save(new Blob([/** @type {BlobPart} */ (bytes)], { type: "application/octet-stream" }), name);
}
