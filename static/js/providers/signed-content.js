/** The content that a signature covers. Does not use the DOM. */

import { toHex } from "../text/encoding.js";
import { crc32 } from "./crc32.js";
import { digest } from "./hashes.js";
import { fill, locationsIn, parseTemplate } from "./template.js";

/**
 * @typedef {import("./hashes.js").SignedParts} SignedParts
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 */

/** Locations whose values depend on each byte of the body. */
const WHOLE_BODY = ["body", "sha256", "crc32"];

/**
 * Fill a template for a body that may differ from that of the request; undefined if a value is missing.
 * @param {string} template
 * @param {RequestValues} values
 * @param {Uint8Array} body
 * @returns {Promise<SignedParts | undefined>}
 */
export async function signedContent(template, values, body) {
  const pieces = parseTemplate(template);
  const sha256 = locationsIn(pieces).includes("sha256")
    ? toHex(await digest("SHA-256", [body]))
    : undefined;
  return fill(pieces, (location) => {
    if (location === "body") return body;
    if (location === "sha256") return sha256;
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
