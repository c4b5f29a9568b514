/** Decode the Content-Transfer-Encoding of a part (RFC 2045, section 6). Does not use the DOM. */

import { bytesOfLine, trimOws } from "../wire/captured.js";

/** @type {Record<string, (bytes: Uint8Array) => Uint8Array>} */
const DECODERS = { base64: fromBase64, "quoted-printable": fromQuotedPrintable };

/** These leave the bytes unchanged. */
const PLAIN = new Set(["", "7bit", "8bit", "binary"]);

const [EQUALS, CR, LF] = [0x3d, 0x0d, 0x0a];

/**
 * Return the bytes of a part, and the reason why they are not decoded, or "".
 * @param {Uint8Array} bytes
 * @param {string} encoding  as sent
 */
export function decodeTransferEncoding(bytes, encoding) {
  const name = trimOws(encoding).toLowerCase();
  if (PLAIN.has(name)) return { bytes, problem: "" };
  if (!Object.hasOwn(DECODERS, name)) return { bytes, problem: "Unknown transfer encoding" };
  try {
    return { bytes: DECODERS[name](bytes), problem: "" };
  } catch {
    return { bytes, problem: `Not valid ${name}` };
  }
}

/** @param {Uint8Array} bytes */
function fromBase64(bytes) {
  return bytesOfLine(atob(new TextDecoder("latin1").decode(bytes)));
}

/** @param {Uint8Array} bytes */
function fromQuotedPrintable(bytes) {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const escaped = bytes[at] === EQUALS ? escapeAt(bytes, at) : null;
    if (escaped?.byte !== null) decoded[length++] = escaped?.byte ?? bytes[at];
    at = escaped?.end ?? at + 1;
  }
  return decoded.subarray(0, length);
}

/**
 * Read an escape: `=C3` is a byte, `=` at the end of a line is removed, and any other `=` is itself.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function escapeAt(bytes, at) {
  if (bytes[at + 1] === LF) return { byte: null, end: at + 2 };
  if (bytes[at + 1] === CR && bytes[at + 2] === LF) return { byte: null, end: at + 3 };
  const hex = String.fromCharCode(bytes[at + 1], bytes[at + 2]);
  if (/^[\da-f]{2}$/i.test(hex)) return { byte: Number.parseInt(hex, 16), end: at + 3 };
  return { byte: EQUALS, end: at + 1 };
}
