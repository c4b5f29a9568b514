/**
 * What stood in the way of a request that was sent again, in plain words. No DOM in here.
 *
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./resend.js").Target} Target
 *
 * @typedef {object} Explanation
 * @property {string[]} sentences
 * @property {[string, string][]} headers  that the target should send
 * @property {boolean} askable  whether it would help to know if the target can be reached
 */

import { headersThatMaySet } from "./resend.js";

const MAY_HAVE_ARRIVED = "The request may have arrived all the same.";

const UPPER_CASED_METHODS = /^(delete|get|head|options|post|put)$/i;
const SIMPLE_METHODS = /^(get|head|post)$/i;

/** Values that need no permission of the target (Fetch: CORS-safelisted request-header). */
const SIMPLE_HEADERS = new Map([
  ["accept", /^[^"():<>?@[\\\]{}]{0,128}$/],
  ["accept-language", /^[0-9a-z *,\-.;=]{0,128}$/i],
  ["content-language", /^[0-9a-z *,\-.;=]{0,128}$/i],
  [
    "content-type",
    /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain) *(;[^"():<>?@[\\\]{}]{0,90})?$/i,
  ],
]);

const LOCAL = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;
const PRIVATE =
  /^(10\..+|192\.168\..+|172\.(1[6-9]|2\d|3[01])\..+|169\.254\..+|\[f[cde].+|.+\.local)$/;

/** @type {Explanation} */
export const NO_URL = said(
  "Browsers send to URLs that begin with http:// or https:// and name no user.",
);

/**
 * @param {unknown} error  that `send` threw
 * @param {Target} target
 * @returns {Explanation}
 */
export function explain(error, target) {
  const { url, origin } = target;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") return said(`No answer within 30 seconds. ${MAY_HAVE_ARRIVED}`);
  if (name === "AbortError") return said(`Cancelled. ${MAY_HAVE_ARRIVED}`);
  if (url.origin === origin) return said(`Nothing answers at ${url.origin}.`);
  if (isMixed(target)) {
    return said(
      `This page came over https, so the browser lets it send nothing to ${url.origin}.`,
      "Use an https URL, or http://localhost for a target on this computer.",
    );
  }
  return { sentences: guesses(target), headers: headersToSend(target), askable: true };
}

/**
 * @param {string[]} sentences
 * @returns {Explanation}
 */
function said(...sentences) {
  return { sentences, headers: [], askable: false };
}

/** @param {Target} target */
function isMixed({ url, origin }) {
  return origin.startsWith("https:") && url.protocol === "http:" && !LOCAL.test(url.hostname);
}

/**
 * To a page, a target that is not there and one that does not let it in look alike.
 * @param {Target} target
 */
function guesses({ url, request, origin }) {
  const near = LOCAL.test(url.hostname) || PRIVATE.test(url.hostname);
  const guarded = near && !LOCAL.test(new URL(origin).hostname);
  const asks = isAskedFirst(request);
  return [
    `Either nothing answers at ${url.origin}, or CORS stood in the way. The browser does not say which.`,
    guarded
      ? "This computer and its network are guarded: the browser may have asked you for permission, and gives none to pages without https."
      : "",
    asks
      ? "CORS: the browser asks first, with OPTIONS. The target has to answer that with a status from 200 to 299, and that and the request itself with:"
      : `CORS: for this page to see the answer, the target has to send the header below. ${MAY_HAVE_ARRIVED}`,
  ].filter(Boolean);
}

/**
 * @param {Target} target
 * @returns {[string, string][]}
 */
function headersToSend({ request, origin }) {
  const { method } = request;
  const names = namesToAllow(request);
  /** @type {[string, string][]} */
  const headers = [["Access-Control-Allow-Origin", origin]];
  if (!SIMPLE_METHODS.test(method)) {
    const sent = UPPER_CASED_METHODS.test(method) ? method.toUpperCase() : method;
    headers.push(["Access-Control-Allow-Methods", sent]);
  }
  if (names.length > 0) headers.push(["Access-Control-Allow-Headers", names.join(", ")]);
  return headers;
}

/**
 * Whether the browser asks the target before it sends (a preflight).
 * @param {CapturedRequest} request
 */
function isAskedFirst(request) {
  return !SIMPLE_METHODS.test(request.method) || namesToAllow(request).length > 0;
}

/** @param {CapturedRequest} request */
function namesToAllow(request) {
  const { may } = headersThatMaySet(request);
  const values = new Map(may.map(([name]) => [name.toLowerCase(), /** @type {string[]} */ ([])]));
  for (const [name, value] of may) values.get(name.toLowerCase())?.push(value);
  return [...values.keys()].filter(
    (name) => !SIMPLE_HEADERS.get(name)?.test(values.get(name)?.join(", ") ?? ""),
  );
}
