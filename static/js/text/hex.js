/** Write a hex dump. Does not use the DOM. */

/**
 * Write lines of offset, sixteen bytes and their ASCII.
 * @param {Uint8Array} bytes
 * @param {number} [first]  the offset of the first byte
 */
export function hexDump(bytes, first = 0) {
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    lines.push(hexLine(first + offset, bytes.subarray(offset, offset + 16)));
  }
  return lines.join("\n");
}

/**
 * @param {number} offset
 * @param {Uint8Array} bytes  at most sixteen
 */
function hexLine(offset, bytes) {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const halves = `${pairs.slice(0, 8).join(" ")}  ${pairs.slice(8).join(" ")}`;
  return `${offset.toString(16).padStart(8, "0")}  ${halves.padEnd(48)}  ${ascii(bytes)}`;
}

/** @param {Uint8Array} bytes */
function ascii(bytes) {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  ).join("");
}
