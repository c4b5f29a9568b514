/**
 * The text of a multipart body's parts, each by its own charset: what its header declares, or what a
 * field of the form says of it, or UTF-8. Does not use the DOM.
 *
 * @typedef {import("./multipart.js").Part} Part
 * @typedef {import("./charset.js").CharsetClaim} CharsetClaim
 */

import { claim, read, readAs } from "./charset.js";

const MAX_OF_A_FIELD = 16 * 1024;

/**
 * Reads the text of each part of one body.
 * @param {readonly Part[]} parts
 * @returns {(part: Part) => import("./charset.js").Reading}
 */
export function readerOf(parts) {
  const claims = claimsOf(parts);
  const others = textField(parts, "_charset_");
  return (part) => {
    const { bytes, contentType, charset, fileName, name } = part;
    if (charset || fileName) return read(bytes, contentType);
    const said = claims.get(name) ?? (others ? claim(others, "the field _charset_") : null);
    return said ? readAs(bytes, said, true) : read(bytes, contentType || "text/plain");
  };
}

/**
 * SendGrid's inbound mail has a field "charsets": JSON with the charsets of other fields by their names.
 * @param {readonly Part[]} parts
 * @returns {Map<string, CharsetClaim>}
 */
function claimsOf(parts) {
  try {
    const said = Object.entries(JSON.parse(textField(parts, "charsets")));
    const labels = said.filter(([, label]) => typeof label === "string");
    return new Map(
      labels.map(([name, label]) => [name, claim(String(label), "the field charsets")]),
    );
  } catch {
    return new Map(); // there is none, or it is another field of that name
  }
}

/**
 * RFC 7578, section 4.6: a field "_charset_" holds the charset of all fields.
 * @param {readonly Part[]} parts
 * @param {string} name
 */
function textField(parts, name) {
  const field = parts.find((part) => part.name === name && part.bytes.length <= MAX_OF_A_FIELD);
  return field ? read(field.bytes).text : "";
}
