/** An HMAC of any sender: the reader says where it stands and what it covers. */

import { bytesOfLine, headerOf } from "../wire/captured.js";
import { claimOf, judge } from "./claim.js";
import { ALGORITHMS, utf8 } from "./hmac.js";
import { missing } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./claim.js").Writing} Writing
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
      hint: "Such as sha256=",
      optional: true,
    },
    {
      name: "signed",
      label: "What is signed",
      kind: "text",
      hint: "{body} is the body, {header:x-timestamp} a header.",
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

const PLACES = /\{(body|header:[^{}]+)\}/;

/**
 * @param {CapturedRequest} request
 * @param {Record<string, string>} fields
 */
async function check(request, { secret, signed, ...writing }) {
  const places = signed.split(PLACES);
  const names = places.filter(isPlace).flatMap(headerName);
  const absent = names.find((name) => !headerOf(request, name));
  if (absent) return missing(absent);
  /** @param {Uint8Array} body */
  const filled = (body) =>
    places.map((text, at) => (isPlace(text, at) ? valueAt(text, request, body) : text));
  const claim = claimOf(request, /** @type {Writing} */ (/** @type {unknown} */ (writing)), {
    key: utf8(secret),
    signed: filled,
  });
  return judge(request, claim);
}

/**
 * Text and places take turns in what split gives.
 * @param {string} _text
 * @param {number} at
 */
function isPlace(_text, at) {
  return at % 2 === 1;
}

/** @param {string} place */
function headerName(place) {
  return place === "body" ? [] : [place.slice("header:".length).trim()];
}

/**
 * @param {string} place
 * @param {CapturedRequest} request
 * @param {Uint8Array} body
 */
function valueAt(place, request, body) {
  const [name] = headerName(place);
  return name === undefined ? body : bytesOfLine(headerOf(request, name));
}
