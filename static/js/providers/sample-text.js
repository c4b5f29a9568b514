/** Texts of samples, in which placeholders are filled in. Does not use the DOM. */

import { isoSeconds } from "./signing-time.js";

const PLACEHOLDERS = /\{\{|\}\}|\{(uuid|now|now:iso)\}/g;

/**
 * Fill in {uuid}, {now} (seconds since 1970) and {now:iso}; doubled braces are literal.
 * @param {string} text
 * @param {number} now  milliseconds since 1970
 */
export function filledSample(text, now) {
  return text.replace(PLACEHOLDERS, (braces, name) => {
    if (!name) return braces[0];
    if (name === "uuid") return newUuid();
    return name === "now" ? String(Math.floor(now / 1000)) : isoSeconds(now);
  });
}

/** Return a UUID of version 4. `crypto.randomUUID` exists only on https and localhost. */
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
