/** The content that a signature covers. Does not use the DOM. */

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

/** Locations whose values depend on each byte of the body. */
const WHOLE_BODY = ["body", "crc32", ...Object.keys(SHA256)];

/**
 * Fill a template for a body that may differ from that of the request; undefined if a value is missing.
 * @param {string} template
 * @param {RequestValues} values
 * @param {Uint8Array} body
 * @returns {Promise<SignedParts | undefined>}
 */
export async function signedContent(template, values, body) {
  const pieces = parseTemplate(template);
  const isHashed = locationsIn(pieces).some((location) => location in SHA256);
  const hash = isHashed ? await digest("SHA-256", [body]) : undefined;
  return fill(pieces, (location) => {
    if (location === "body") return body;
    if (hash && location in SHA256) return SHA256[location](hash);
    return location === "crc32" ? String(crc32(body)) : values.signed(location);
  });
}

/**
 * Check whether a change of white space in the body changes the content.
 * @param {string} template
 */
export function coversWholeBody(template) {
  return locationsIn(parseTemplate(template)).some((location) => WHOLE_BODY.includes(location));
}
