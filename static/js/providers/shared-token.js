/**
 * Secrets that a request contains: tokens and Basic credentials (RFC 7617). They need no cryptography.
 * Does not use the DOM.
 *
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

import { fromBase64, utf8 } from "../text/encoding.js";
import { hasPrefix, noPrefix } from "./claim.js";
import { equalBytes } from "./hashes.js";
import { describe, malformed, missing, refusal } from "./verdict.js";

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @returns {Verdict}
 */
export function sharedTokenVerdict(values, { at, prefix = "" }, secret) {
  const token = values.signed(at);
  if (!token?.length) return missing(at);
  const sent = typeof token === "string" ? utf8(token) : token;
  const start = String.fromCharCode(...sent.subarray(0, prefix.length));
  if (!hasPrefix(start, prefix)) return malformed(at, noPrefix(prefix));
  if (equalBytes(sent.subarray(prefix.length), utf8(secret))) return { ok: true, notes: [] };
  return refusal("secret", `The ${describe(at)} contains a different secret token.`);
}

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @returns {Verdict}
 */
export function basicVerdict(values, { at }, secret) {
  const text = values.text(at);
  if (!text) return missing(at);
  const parts = /^basic(?: (.*))?$/is.exec(text);
  const sent = parts && fromBase64(parts[1] ?? "");
  if (!sent) return malformed(at, "it does not contain basic credentials");
  const expected = basicCredentials(values.given.options ?? {}, secret);
  if (equalBytes(sent, expected)) return { ok: true, notes: [] };
  return refusal("secret", `The ${describe(at)} contains different credentials.`);
}

/**
 * Return `user:password`: the secret alone, or after the option `user`.
 * @param {Record<string, string>} options
 * @param {string} secret
 */
export function basicCredentials({ user }, secret) {
  return utf8(user === undefined ? secret : `${user}:${secret}`);
}
