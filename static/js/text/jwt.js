/**
 * Find and decode JSON Web Tokens in a request, without checking signatures. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} FoundToken
 * @property {string} where  "header Authorization", "query", "path" or "body"
 * @property {string} token  as sent
 * @property {string} header   JSON as sent
 * @property {string} payload  JSON as sent
 * @property {Record<string, unknown>} claims  of the payload
 */

import { fromBase64 } from "./encoding.js";
import { meaningOf, span } from "./timestamps.js";

/** `eyJ` is `{"` in base64url. The lengths are bounded, so that hostile text is searched quickly. */
const TOKENS = /(?<![\w-])eyJ[\w-]{4,8192}\.[\w-]{2,65536}\.[\w-]{0,8192}(?![\w-])/g;
const MAX_TOKENS = 20;

/**
 * @param {CapturedRequest} request
 * @returns {FoundToken[]}
 */
export function tokensOf(request) {
  const found = [...candidatesOf(request)].map(([token, where]) => {
    const parts = decoded(token);
    return parts ? [{ where, token, ...parts }] : [];
  });
  return found.flat();
}

/**
 * Return texts that look like tokens, with the place of their first occurrence.
 * @param {CapturedRequest} request
 * @returns {Map<string, string>}
 */
function candidatesOf(request) {
  const candidates = new Map();
  for (const [where, text] of textsOf(request)) {
    for (const [token] of text.matchAll(TOKENS)) {
      if (candidates.size === MAX_TOKENS) return candidates;
      if (!candidates.has(token)) candidates.set(token, where);
    }
  }
  return candidates;
}

/**
 * @param {CapturedRequest} request
 * @returns {[where: string, text: string][]}
 */
function textsOf({ headers, path, query_string, body }) {
  return [
    ...headers.map(([name, value]) => /** @type {[string, string]} */ ([`header ${name}`, value])),
    ["path", path],
    ["query", query_string],
    ["body", body.encoding === "utf-8" ? body.content : ""],
  ];
}

/**
 * @param {string} token
 * @returns {Pick<FoundToken, "header" | "payload" | "claims"> | null}
 */
function decoded(token) {
  const [header, payload] = token.split(".", 2).map(textOf);
  const claims = objectOf(payload);
  return claims && objectOf(header) ? { header, payload, claims } : null;
}

/** @param {string} part  in base64url */
function textOf(part) {
  const bytes = fromBase64(part);
  return bytes ? new TextDecoder().decode(bytes) : "";
}

/**
 * @param {string} json
 * @returns {Record<string, unknown> | null}  null: not a token, or encrypted
 */
function objectOf(json) {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** @type {[claim: string, name: string][]} */
const TIMES = [
  ["iat", "Issued (iat)"],
  ["nbf", "Not valid before (nbf)"],
  ["exp", "Expires (exp)"],
];

/**
 * Describe the times of a token, relative to the arrival of its request (RFC 7519, section 4.1).
 * @param {Record<string, unknown>} payload
 * @param {string} receivedAt  ISO 8601
 * @returns {[name: string, meaning: string][]}
 */
export function timesOf(payload, receivedAt) {
  return TIMES.flatMap(([claim, name]) => {
    const date = new Date(Number(payload[claim]) * 1000);
    if (typeof payload[claim] !== "number" || Number.isNaN(date.getTime())) return [];
    return [
      /** @type {[string, string]} */ ([
        name,
        `${meaningOf(date)}, ${relativeTo(receivedAt, date)}`,
      ]),
    ];
  });
}

/**
 * @param {string} receivedAt
 * @param {Date} date
 */
function relativeTo(receivedAt, date) {
  const difference = date.getTime() - new Date(receivedAt).getTime();
  return `${span(difference)} ${difference < 0 ? "before" : "after"} this request arrived`;
}

/**
 * Check by its times whether a token was valid when its request arrived.
 * @param {Record<string, unknown>} payload
 * @param {string} receivedAt  ISO 8601
 * @returns {"expired" | "early" | "in time" | "no times"}
 */
export function validityOf({ exp, nbf }, receivedAt) {
  const now = new Date(receivedAt).getTime() / 1000;
  if (typeof exp === "number" && exp <= now) return "expired";
  if (typeof nbf === "number" && nbf > now) return "early";
  return typeof exp === "number" || typeof nbf === "number" ? "in time" : "no times";
}
