/** Any other HMAC: the user enters its header, its format and the signed content. */

import { bytesOfLine, headerOf } from "../wire/captured.js";
import { claimOf, verify } from "./claim.js";
import { ALGORITHMS, utf8 } from "./hmac.js";
import { missing } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./claim.js").Format} Format
 */

/** @type {import("./providers.js").Provider} */
export const generic = {
  id: "generic",
  name: "Another HMAC",
  fields: [
    { name: "secret", label: "Secret", kind: "secret" },
    { name: "header", label: "Header with the signature", kind: "text", initial: likelyHeader },
    {
      name: "algorithm",
      label: "Algorithm",
      kind: "choice",
      choices: ALGORITHMS,
      initial: () => "SHA-256",
    },
    {
      name: "encoding",
      label: "Encoding",
      kind: "choice",
      choices: ["hex", "base64"],
      initial: () => "hex",
    },
    {
      name: "prefix",
      label: "Text before the signature",
      kind: "text",
      hint: "For example sha256=",
      optional: true,
    },
    {
      name: "signed",
      label: "Signed content",
      kind: "text",
      hint: "{body} is the body, {header:x-timestamp} is a header.",
      initial: () => "{body}",
    },
  ],
  detect: (request) => likelyHeader(request) !== "",
  check,
};

/** @param {CapturedRequest} request */
function likelyHeader({ headers }) {
  return headers.find(([name]) => /-(?:signature|hmac)\b/i.test(name))?.[0] ?? "";
}

const PLACEHOLDERS = /\{(body|header:[^{}]+)\}/;

/**
 * @param {CapturedRequest} request
 * @param {Record<string, string>} fields
 */
async function check(request, { secret, signed, ...format }) {
  const pieces = signed.split(PLACEHOLDERS);
  const names = pieces.filter(isPlaceholder).flatMap(headerName);
  const absent = names.find((name) => !headerOf(request, name));
  if (absent) return missing(absent);
  /** @param {Uint8Array} body */
  const filled = (body) =>
    pieces.map((text, at) => (isPlaceholder(text, at) ? valueAt(text, request, body) : text));
  const claim = claimOf(request, /** @type {Format} */ (/** @type {unknown} */ (format)), {
    key: utf8(secret),
    signed: filled,
  });
  return verify(request, claim);
}

/**
 * Text and placeholders alternate in the result of `split`.
 * @param {string} _text
 * @param {number} at
 */
function isPlaceholder(_text, at) {
  return at % 2 === 1;
}

/** @param {string} placeholder */
function headerName(placeholder) {
  return placeholder === "body" ? [] : [placeholder.slice("header:".length).trim()];
}

/**
 * @param {string} placeholder
 * @param {CapturedRequest} request
 * @param {Uint8Array} body
 */
function valueAt(placeholder, request, body) {
  const [name] = headerName(placeholder);
  return name === undefined ? body : bytesOfLine(headerOf(request, name));
}
