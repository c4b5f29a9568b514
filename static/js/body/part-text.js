/**
 * Decode the text of a multipart body's parts, each with its own charset: from its header, from a field
 * of the form, or UTF-8. Does not use the DOM.
 *
 * @typedef {import("./multipart.js").Part} Part
 * @typedef {import("./charset.js").CharsetClaim} CharsetClaim
 */

import { claim, read, readAs } from "./charset.js";

const MAX_FIELD_BYTES = 16 * 1024;

/**
 * Return a function that decodes the parts of one body.
 * @param {readonly Part[]} parts
 * @returns {(part: Part) => import("./charset.js").Reading}
 */
export function readerOf(parts) {
  const claims = claimsOf(parts);
  const common = textField(parts, "_charset_");
  return (part) => {
    const { bytes, contentType, charset, fileName, name } = part;
    if (charset || fileName) return read(bytes, contentType);
    const found = claims.get(name) ?? (common ? claim(common, "the field _charset_") : null);
    return found ? readAs(bytes, found, true) : read(bytes, contentType || "text/plain");
  };
}

/**
 * Read the field "charsets" of SendGrid's inbound mail: JSON with the charsets of the other fields.
 * @param {readonly Part[]} parts
 * @returns {Map<string, CharsetClaim>}
 */
function claimsOf(parts) {
  try {
    const entries = Object.entries(JSON.parse(textField(parts, "charsets")));
    const labels = entries.filter(([, label]) => typeof label === "string");
    return new Map(
      labels.map(([name, label]) => [name, claim(String(label), "the field charsets")]),
    );
  } catch {
    return new Map(); // the field does not exist or has another meaning
  }
}

/**
 * Read a field, such as "_charset_" with the charset of all fields (RFC 7578, section 4.6).
 * @param {readonly Part[]} parts
 * @param {string} name
 */
function textField(parts, name) {
  const field = parts.find((part) => part.name === name && part.bytes.length <= MAX_FIELD_BYTES);
  return field ? read(field.bytes).text : "";
}
