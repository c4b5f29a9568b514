/**
 * Recognise handshakes, and make the responses to them. With a handshake, a provider checks a URL before
 * it sends webhooks to it. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./registry.js").Handshake} Handshake
 * @typedef {import("./registry.js").HandshakeResponse} Expected
 * @typedef {import("./registry.js").Provider} Provider
 *
 * @typedef {object} FoundHandshake
 * @property {Provider} provider
 * @property {Handshake} handshake
 * @property {boolean} needsSecret  whether the response depends on the secret
 * @property {number} seconds       the provider waits this long
 * @property {string} about         a sentence about the exchange, for people
 *
 * @typedef {object} Response
 * @property {number} status
 * @property {[name: string, value: string][]} headers  values are Latin-1, as in a captured request
 * @property {string} body
 *
 * @typedef {(location: string) => string | Uint8Array | undefined} ValueAt
 */

import { utf8 } from "../text/encoding.js";
import { textOfLine, trimOws } from "../wire/captured.js";
import { canHash, encode, hmac } from "./hashes.js";
import { PROVIDERS } from "./registry.js";
import { RequestValues, valuesIn } from "./request-values.js";
import { conditionsOf, holds } from "./rule.js";
import { canCheck, check } from "./signature.js";
import { signedContent } from "./signed-content.js";
import { fill, parseTemplate } from "./template.js";

/** A request with a larger body is not a handshake. */
const MAX_HANDSHAKE_BYTES = 2 * 1024;

/** Longer values are not sent back. */
const MAX_VALUE_BYTES = 1024;

const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** All handshakes, those with the most conditions first. */
const HANDSHAKES = PROVIDERS.flatMap((provider) =>
  (provider.handshakes ?? []).map((handshake) => ({ provider, handshake })),
).sort((one, other) => conditionsOf(other.handshake.when) - conditionsOf(one.handshake.when));

/** @type {WeakMap<CapturedRequest, FoundHandshake | null>} */
const cache = new WeakMap();

/**
 * Return the handshake that a request is, or null.
 * @param {CapturedRequest} request
 */
export function findHandshake(request) {
  const known = cache.get(request);
  if (known !== undefined) return known;
  const found = find(request);
  cache.set(request, found);
  return found;
}

/**
 * @param {CapturedRequest} request
 * @returns {FoundHandshake | null}
 */
function find(request) {
  const { complete, size } = request.body;
  if (!complete || size > MAX_HANDSHAKE_BYTES) return null;
  const values = valuesIn(request);
  const found = HANDSHAKES.find(
    ({ handshake }) => holds(handshake.when, values) && canRespond(handshake, values),
  );
  if (!found) return null;
  const { secret: needsSecret = false, seconds, about } = found.handshake;
  return { ...found, needsSecret, seconds, about };
}

/**
 * Return the response that the provider expects, or null if the request is not a handshake, or its signature
 * cannot be checked with this secret: a wrong refusal could end the subscription. Also null without WebCrypto.
 * @param {CapturedRequest} request
 * @param {string} [secret]
 * @param {Record<string, string>} [options]  of the signature
 * @returns {Promise<Response | null>}
 */
export async function handshakeResponse(request, secret = "", options = {}) {
  const found = findHandshake(request);
  if (!found) return null;
  const { provider, handshake } = found;
  if (handshake.computed && !canHash()) return null;
  const values = new RequestValues(request);
  const at = (/** @type {string} */ location) => values.signed(location);
  if (handshake.invalid) {
    const fields = { ...options, secret };
    if (!(await canCheck(request, provider, fields))) return null;
    if (!(await check(request, provider, fields)).ok) return respond(handshake.invalid, at);
  }
  const computed = handshake.computed && (await computedText(handshake.computed, values, secret));
  return respond(handshake.respond, (name) => (name === "computed" ? computed : at(name)));
}

/**
 * @param {NonNullable<Handshake["computed"]>} computed
 * @param {RequestValues} values
 * @param {string} secret
 */
async function computedText({ hash, encoding, prefix = "", signed }, values, secret) {
  const content = await signedContent(signed, values);
  return prefix + encode(await hmac(hash, utf8(secret), content ?? []), encoding);
}

/**
 * Check whether the values that the response contains are all present, short and clean.
 * @param {Handshake} handshake
 * @param {RequestValues} values
 */
function canRespond(handshake, values) {
  return (
    respond(handshake.respond, (name) => (name === "computed" ? "" : values.signed(name))) !== null
  );
}

/**
 * Fill in a response, or return null if it cannot contain a value.
 * @param {Expected} expected
 * @param {ValueAt} valueAt
 * @returns {Response | null}
 */
function respond({ status = 200, headers = {}, text, json }, valueAt) {
  try {
    /** @type {[string, string][]} */
    const lines = Object.entries(headers).map(([name, template]) => [
      name,
      line(template, valueAt),
    ]);
    if (json !== undefined) {
      const body = JSON.stringify(filled(json, valueAt));
      return { status, headers: [...lines, ["Content-Type", "application/json"]], body };
    }
    if (text === undefined) return { status, headers: lines, body: "" };
    const type = "text/plain; charset=utf-8";
    const body = textOfLine(content(text, valueAt));
    return { status, headers: [...lines, ["Content-Type", type]], body };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * @param {string} template
 * @param {ValueAt} valueAt
 */
function line(template, valueAt) {
  const value = content(template, valueAt);
  if (!FIELD_VALUE.test(value)) throw new RangeError("A header cannot contain this value.");
  return trimOws(value);
}

/**
 * Fill in the strings of a JSON value.
 * @param {unknown} value
 * @param {ValueAt} valueAt
 * @returns {unknown}
 */
function filled(value, valueAt) {
  if (typeof value === "string") return textOfLine(content(value, valueAt));
  if (Array.isArray(value)) return value.map((each) => filled(each, valueAt));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, each]) => [name, filled(each, valueAt)]));
}

/**
 * Fill in a template. Return bytes as Latin-1.
 * @param {string} template
 * @param {ValueAt} valueAt
 * @throws {RangeError} if a value is missing or too long
 */
function content(template, valueAt) {
  const parts = fill(parseTemplate(template), (location) => {
    const value = valueAt(location);
    const bytes = typeof value === "string" ? utf8(value) : value;
    return bytes && bytes.length <= MAX_VALUE_BYTES ? bytes : undefined;
  });
  if (!parts) throw new RangeError("A value is missing or too long.");
  const texts = parts.map((part) => latin1(typeof part === "string" ? utf8(part) : part));
  return texts.join("");
}

/** @param {Uint8Array} bytes */
function latin1(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
