/**
 * Signatures of Twilio: of the URL and the fields of a form. The URL contains the hash of any other body.
 * Sources: twilio.com/docs/usage/security, and Twilio's own libraries. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

import { bytesOf } from "../body/body.js";
import { utf8 } from "../text/encoding.js";
import { mediaTypeOf } from "../wire/captured.js";
import { originalOf } from "./alteration.js";
import { readClaim } from "./claim.js";
import { equalPairs, FORM_TYPE, formText, pairsOf, sortedPairs } from "./form-pairs.js";
import { digest, encode, equalBytes, hmac, parseHash } from "./hashes.js";
import { bodyAltered, bodyNotKept, mismatch, refusal } from "./verdict.js";

/** If a request is signed with a customer's own key, this header names the algorithm: `key=…,algorithm=HMAC_SHA256`. */
const SETTINGS = "X-Twilio-Webhooks-Signature-Settings";

/**
 * @param {RequestValues} values  with the option `url`, the URL that is configured at Twilio
 * @param {Signature} signature
 * @param {string} secret
 * @returns {Promise<Verdict>}
 */
export async function twilioVerdict(values, signature, secret) {
  const hash = hashOf(values, signature);
  const claim = readClaim(values, { ...signature, hash }, []);
  if ("ok" in claim) return claim;
  const { url = "" } = values.given.options ?? {};
  if (!URL.canParse(url)) return refusal("malformed", "The URL is not valid.");
  if (!values.request.body.complete) return bodyNotKept();
  const fields = signedFields(values);
  for (const each of urlsOf(url, values)) {
    const expected = await hmac(hash, utf8(secret), [each, fields]);
    if (equalBytes(expected, claim.signatures[0])) return bodyVerdict(values, new URL(each));
  }
  return mismatch("the auth token or the URL is wrong");
}

/**
 * Return the signature of a request.
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {string} secret
 * @param {string} url
 */
export async function twilioSignature(values, signature, secret, url) {
  const hash = hashOf(values, signature);
  const mac = await hmac(hash, utf8(secret), [url, signedFields(values)]);
  return encode(mac, signature.encoding ?? "hex");
}

/**
 * Return the hash that the request names, or that of the signature.
 * @param {RequestValues} values
 * @param {Signature} signature
 */
function hashOf(values, { hash = "SHA-256" }) {
  return values.header(SETTINGS)?.includes("HMAC_SHA256") ? "SHA-256" : hash;
}

/** @param {RequestValues} values */
function isForm(values) {
  return mediaTypeOf(values.header("content-type") ?? "") === FORM_TYPE;
}

/**
 * Concatenate the names and values of a form, sorted by name, then value, without duplicate pairs.
 * @param {RequestValues} values
 */
function signedFields(values) {
  if (!isForm(values)) return "";
  const pairs = sortedPairs(pairsOf(formText(values.request.body)));
  const once = pairs.filter((pair, at) => at === 0 || !equalPairs(pair, pairs[at - 1]));
  return once.flat().join("");
}

/**
 * Return the URLs that Twilio may have signed: the entered URL, and its origin with the path and
 * query of the request, each with and without the port.
 * @param {string} url
 * @param {RequestValues} values
 */
function urlsOf(url, { request: { path, query_string } }) {
  const requested = new URL(url).origin + path + (query_string && `?${query_string}`);
  const urls = [url, new URL(url).href, requested];
  return new Set(urls.flatMap((each) => [each, ...withAndWithoutPort(each)]));
}

/** @param {string} url */
function withAndWithoutPort(url) {
  const [, start, rest] = /^(\w+:\/\/[^/?#]*)(.*)$/s.exec(url) ?? [url, url, ""];
  const bare = start.replace(/:\d+$/, "");
  return [`${bare}:${url.startsWith("https:") ? 443 : 80}${rest}`, bare + rest];
}

/**
 * Check the body of a request whose URL has a valid signature. If the body is not a form, the URL
 * contains its hash.
 * @param {RequestValues} values
 * @param {URL} url
 * @returns {Promise<Verdict>}
 */
async function bodyVerdict(values, url) {
  const text = url.searchParams.get("bodySHA256");
  if (text === null) return { ok: true, notes: isForm(values) ? [] : [ONLY_URL] };
  const signed = parseHash(text, "hex", "SHA-256");
  const matches = async (/** @type {Uint8Array} */ body) =>
    signed !== null && equalBytes(await digest("SHA-256", [body]), signed);
  const body = bytesOf(values.request.body);
  if (await matches(body)) return { ok: true, notes: ["The hash of the body is correct, too."] };
  return bodyAltered((await originalOf(body, matches)) ?? DIFFERENT_BODY);
}

const ONLY_URL = "It covers only the URL, which has no bodySHA256.";
const DIFFERENT_BODY = "the URL, but its bodySHA256 is the hash of a different body";
