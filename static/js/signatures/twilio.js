/** Signatures of Twilio. Source: twilio.com/docs/usage/security, and Twilio's own libraries. */

import { bytesOf } from "../body/body.js";
import { headerOf, mediaType } from "../wire/captured.js";
import { originalOf } from "./alteration.js";
import { signatureIn } from "./claim.js";
import { equalBytes, hash, hmac, parseHash, utf8 } from "./hmac.js";
import { bodyAltered, bodyNotKept, mismatch, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

const HEADER = "X-Twilio-Signature";
/** If a request is signed with a customer's own key, this header names the algorithm: `key=…,algorithm=HMAC_SHA256`. */
const SETTINGS = "X-Twilio-Webhooks-Signature-Settings";

/** @type {import("./providers.js").Provider} */
export const twilio = {
  id: "twilio",
  name: "Twilio",
  fields: [
    { name: "secret", label: "Auth token", kind: "secret" },
    {
      name: "url",
      label: "URL as configured at Twilio",
      kind: "text",
      hint: "The signature covers this URL, with its query.",
      initial: urlOf,
    },
  ],
  detect: (request) => headerOf(request, HEADER) !== "",
  check,
};

/** @param {CapturedRequest} request */
function urlOf(request) {
  return `${request.scheme}://${request.host}${targetOf(request)}`;
}

/** @param {CapturedRequest} request */
function targetOf({ path, query_string }) {
  return path + (query_string && `?${query_string}`);
}

/**
 * @param {CapturedRequest} request
 * @param {Record<string, string>} fields
 * @returns {Promise<Verdict>}
 */
async function check(request, { secret, url }) {
  const format = formatOf(request);
  const signature = signatureIn(request, format);
  if ("ok" in signature) return signature;
  if (!URL.canParse(url)) return refusal("malformed", "The URL is not valid.");
  if (!request.body.complete) return bodyNotKept();
  const parameters = isForm(request) ? parametersOf(request.body) : "";
  for (const each of urlsOf(url, request)) {
    const expected = await hmac(format.algorithm, utf8(secret), [each, parameters]);
    if (equalBytes(expected, signature)) return bodyVerdict(request, new URL(each));
  }
  return mismatch("the auth token or the URL is wrong");
}

/**
 * @param {CapturedRequest} request
 * @returns {import("./claim.js").Format}
 */
function formatOf(request) {
  const algorithm = headerOf(request, SETTINGS).includes("HMAC_SHA256") ? "SHA-256" : "SHA-1";
  return { header: HEADER, prefix: "", encoding: "base64", algorithm };
}

/** @param {CapturedRequest} request */
function isForm(request) {
  return mediaType(request) === "application/x-www-form-urlencoded";
}

/**
 * Concatenate the names and values of a form, sorted by name, then value, without duplicate pairs.
 * @param {import("../wire/captured.js").Body} body
 */
function parametersOf(body) {
  const pairs = [...new URLSearchParams(new TextDecoder().decode(bytesOf(body)))].sort(
    comparePairs,
  );
  const once = pairs.filter((pair, at) => at === 0 || comparePairs(pair, pairs[at - 1]) !== 0);
  return once.flat().join("");
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
function comparePairs(one, other) {
  const at = one[0] === other[0] ? 1 : 0;
  return Number(one[at] > other[at]) - Number(one[at] < other[at]);
}

/**
 * Return the URLs that Twilio may have signed: the entered URL, and its origin with the path and
 * query of the request, each with and without the port.
 * @param {string} url
 * @param {CapturedRequest} request
 */
function urlsOf(url, request) {
  const requested = new URL(url).origin + targetOf(request);
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
 * @param {CapturedRequest} request
 * @param {URL} url
 * @returns {Promise<Verdict>}
 */
async function bodyVerdict(request, url) {
  const text = url.searchParams.get("bodySHA256");
  if (text === null) return { ok: true, notes: isForm(request) ? [] : [ONLY_URL] };
  const signed = parseHash(text, "hex", "SHA-256");
  const matches = async (/** @type {Uint8Array} */ body) =>
    signed !== null && equalBytes(await hash("SHA-256", [body]), signed);
  const body = bytesOf(request.body);
  if (await matches(body)) return { ok: true, notes: ["The hash of the body is correct, too."] };
  return bodyAltered((await originalOf(body, matches)) ?? DIFFERENT_BODY);
}

const ONLY_URL = "It covers only the URL, which has no bodySHA256.";
const DIFFERENT_BODY = "the URL, but its bodySHA256 is the hash of a different body";
