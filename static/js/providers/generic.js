/** Any other HMAC: the user enters its header, its format and the signed content. */

import { HASHES } from "./hashes.js";
import { locationsIn, parseTemplate } from "./template.js";

/**
 * @typedef {import("./registry.js").Provider} Provider
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 */

/** @type {Provider} */
export const GENERIC = {
  id: "generic",
  name: "Another HMAC",
  documentation: "",
  recognise: {},
};

const LOCATION =
  /^(?:body|method|host|target|url|endpoint|query|form|crc32|sha256(?:-base64|-bytes)?|(?:header|query|form|signed):.+|json:\/.*)$/;

/** @param {Provider} provider */
export function isGeneric({ id }) {
  return id === GENERIC.id;
}

/**
 * Return the name of the first header that looks like a signature, or "".
 * @param {Pick<import("./request-values.js").ReadableRequest, "headers">} request
 */
export function likelyHeader({ headers }) {
  return likelyLine(headers)?.[0] ?? "";
}

/** @param {import("./request-values.js").ReadableRequest["headers"]} headers */
function likelyLine(headers) {
  return headers.find(([name]) => /-(?:signature|hmac)\b/i.test(name));
}

/**
 * Return the hash that the likely header names, such as "sha256=" and "SHA-256", as GitHub does.
 * @param {Pick<import("./request-values.js").ReadableRequest, "headers">} request
 */
function namedHash({ headers }) {
  const [prefix, bits] = /^sha(1|256|384|512)=/.exec(likelyLine(headers)?.[1] ?? "") ?? [""];
  return { prefix, algorithm: `SHA-${bits ?? "256"}` };
}

/**
 * @param {RequestValues} values
 * @returns {import("./signature-choice.js").SignatureField[]}
 */
export function genericFields(values) {
  const { prefix, algorithm } = namedHash(values.request);
  return [
    { name: "secret", label: "Secret", kind: "secret" },
    {
      name: "header",
      label: "Header with the signature",
      kind: "text",
      initial: likelyHeader(values.request),
    },
    { name: "algorithm", label: "Algorithm", kind: "choice", choices: HASHES, initial: algorithm },
    {
      name: "encoding",
      label: "Encoding",
      kind: "choice",
      choices: ["hex", "base64"],
      initial: "hex",
    },
    {
      name: "prefix",
      label: "Text before the signature",
      kind: "text",
      hint: "For example sha256=",
      optional: true,
      initial: prefix,
    },
    {
      name: "signed",
      label: "Signed content",
      kind: "text",
      hint: "{body} is the body, {header:x-timestamp} is a header.",
      initial: "{body}",
    },
  ];
}

/**
 * Return the signature that the user describes.
 * @param {Record<string, string>} entered
 * @param {RequestValues} values
 * @returns {Signature}
 */
export function genericSignature(entered, values) {
  const { algorithm = "SHA-256", encoding = "hex", prefix = "", signed = "{body}" } = entered;
  return {
    kind: "hmac",
    at: `header:${entered.header || likelyHeader(values.request) || "X-Signature"}`,
    prefix,
    hash: /** @type {import("./registry.js").Hash} */ (algorithm),
    encoding: /** @type {import("./registry.js").Encoding} */ (encoding),
    signed: signed || "{body}",
    secret: { label: "Secret" },
  };
}

/**
 * Explain why a template that the user entered is not valid, or return "".
 * @param {string} [signed]
 */
export function templateProblem(signed) {
  return isTemplate(signed || "{body}")
    ? ""
    : "The signed content is not valid. Use {body} and {header:NAME}, and double every other brace and bracket.";
}

/** @param {string} text */
function isTemplate(text) {
  try {
    return locationsIn(parseTemplate(text)).every((location) => LOCATION.test(location));
  } catch {
    return false;
  }
}
