/** The content that a signature covers. Does not use the DOM. */

import { bytesOf } from "../body/body.js";
import { toBase64, toHex } from "../text/encoding.js";
import { crc32 } from "./crc32.js";
import { digest } from "./hashes.js";
import { fill, locationsIn, parseTemplate } from "./template.js";

/**
 * @typedef {import("./hashes.js").SignedParts} SignedParts
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 */

/** The locations of the body's hash, with their encodings. @type {Record<string, (hash: Uint8Array) => string | Uint8Array>} */
const SHA256 = { sha256: toHex, "sha256-base64": toBase64, "sha256-bytes": (hash) => hash };

/**
 * Fill a template, or return undefined if a value is missing.
 * @param {string} template
 * @param {RequestValues} values
 * @returns {Promise<SignedParts | undefined>}
 */
export async function signedContent(template, values) {
  const pieces = parseTemplate(template);
  const body = bytesOf(values.request.body);
  const isHashed = locationsIn(pieces).some((location) => location in SHA256);
  const hash = isHashed ? await digest("SHA-256", [body]) : undefined;
  return fill(pieces, (location) => {
    if (hash && location in SHA256) return SHA256[location](hash);
    return location === "crc32" ? String(crc32(body)) : values.signed(location);
  });
}
