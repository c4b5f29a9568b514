/** twilio.com/docs/usage/security, and what Twilio's own libraries do beyond it. */

import { bytesOf } from "../body/body.js";
import { headerOf, mediaType } from "../wire/captured.js";
import { originalOf } from "./alteration.js";
import { signatureIn } from "./claim.js";
import { hash, hmac, same, utf8, writtenHash } from "./hmac.js";
import { bodyAltered, bodyNotKept, mismatch, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

const HEADER = "X-Twilio-Signature";
/** Names the algorithm where a key of one's own signs: `key=…,algorithm=HMAC_SHA256`. */
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
      hint: "The signature covers it, with its query.",
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
  const writing = writingOf(request);
  const signature = signatureIn(request, writing);
  if ("ok" in signature) return signature;
  if (!URL.canParse(url)) return refusal("malformed", "The URL is not one.");
  if (!request.body.complete) return bodyNotKept();
  const parameters = isForm(request) ? parametersOf(request.body) : "";
  for (const each of urlsOf(url, request)) {
    const right = await hmac(writing.algorithm, utf8(secret), [each, parameters]);
    if (same(right, signature)) return bodyVerdict(request, new URL(each));
  }
  return mismatch("the auth token or the URL is wrong");
}

/**
 * @param {CapturedRequest} request
 * @returns {import("./claim.js").Writing}
 */
function writingOf(request) {
  const algorithm = headerOf(request, SETTINGS).includes("HMAC_SHA256") ? "SHA-256" : "SHA-1";
  return { header: HEADER, prefix: "", encoding: "base64", algorithm };
}

/** @param {CapturedRequest} request */
function isForm(request) {
  return mediaType(request) === "application/x-www-form-urlencoded";
}

/**
 * The fields of a form, sorted by name and value, each pair once.
 * @param {import("../wire/captured.js").Body} body
 */
function parametersOf(body) {
  const pairs = [...new URLSearchParams(new TextDecoder().decode(bytesOf(body)))].sort(order);
  const once = pairs.filter((pair, at) => at === 0 || order(pair, pairs[at - 1]) !== 0);
  return once.flat().join("");
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
function order(one, other) {
  const at = one[0] === other[0] ? 1 : 0;
  return Number(one[at] > other[at]) - Number(one[at] < other[at]);
}

/**
 * The URL as entered, and with the path and query that Twilio did ask for; both with their port and
 * without, since Twilio signs one or the other.
 * @param {string} url
 * @param {CapturedRequest} request
 */
function urlsOf(url, request) {
  const asked = new URL(url).origin + targetOf(request);
  const urls = [url, new URL(url).href, asked];
  return new Set(urls.flatMap((each) => [each, ...withAndWithoutPort(each)]));
}

/** @param {string} url */
function withAndWithoutPort(url) {
  const [, start, rest] = /^(\w+:\/\/[^/?#]*)(.*)$/s.exec(url) ?? [url, url, ""];
  const bare = start.replace(/:\d+$/, "");
  return [`${bare}:${url.startsWith("https:") ? 443 : 80}${rest}`, bare + rest];
}

/**
 * Of a body that is no form the right signature covers the hash that is in the URL.
 * @param {CapturedRequest} request
 * @param {URL} url
 * @returns {Promise<Verdict>}
 */
async function bodyVerdict(request, url) {
  const text = url.searchParams.get("bodySHA256");
  if (text === null) return { ok: true, notes: isForm(request) ? [] : [URL_ALONE] };
  const signed = writtenHash(text, "hex", "SHA-256");
  const isRight = async (/** @type {Uint8Array} */ body) =>
    signed !== null && same(await hash("SHA-256", [body]), signed);
  const body = bytesOf(request.body);
  if (await isRight(body)) return { ok: true, notes: ["The hash of the body is right, too."] };
  return bodyAltered((await originalOf(body, isRight)) ?? ANOTHER_BODY);
}

const URL_ALONE = "It covers the URL alone: there is no bodySHA256 in it.";
const ANOTHER_BODY = "the URL, but its bodySHA256 is that of another body";
