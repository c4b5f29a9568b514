/**
 * What stood in the way of a request that was sent again, in plain words. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {import("./resend.js").Target} Target
 *
 * @typedef {object} Explanation
 * @property {string[]} sentences
 * @property {HeaderLine[]} headers  that the target should send
 * @property {boolean} askable  whether it would help to know if the target can be reached
 */

import { isLocal, isMixed } from "../browser/mixed.js";
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

const PRIVATE =
  /^(10\..+|192\.168\..+|172\.(1[6-9]|2\d|3[01])\..+|169\.254\..+|\[f[cde].+|.+\.local)$/;

/** Those of other protocols: browsers send nothing there (Fetch: bad port). */
const BAD_PORTS = new Set(
  (
    "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 " +
    "113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 " +
    "548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 " +
    "6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
  ).split(" "),
);

/** @type {Explanation} */
export const NO_URL = said(
  "No page can send to that: a URL has to begin with http:// or https:// and to name no user.",
);

/**
 * @param {unknown} error  that `send` threw
 * @param {Target} target
 * @returns {Explanation}
 */
export function explain(error, target) {
  const { url, origin } = target;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") return said(`No response within 30 seconds. ${MAY_HAVE_ARRIVED}`);
  if (name === "AbortError") return said(`Cancelled. ${MAY_HAVE_ARRIVED}`);
  if (url.origin === origin) return said(`Nothing responds at ${url.origin}.`);
  if (BAD_PORTS.has(url.port)) {
    return said(`Browsers send nothing to port ${url.port}: it is kept for another protocol.`);
  }
  if (isMixed(origin, url)) {
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

/**
 * To a page, a target that is not there and one that does not let it in look alike.
 * @param {Target} target
 */
function guesses({ url, request, origin }) {
  const near = isLocal(url.hostname) || PRIVATE.test(url.hostname);
  const guarded = near && !isLocal(new URL(origin).hostname);
  const asks = isAskedFirst(request);
  return [
    `Either nothing responds at ${url.origin}, or CORS stood in the way. The browser does not say which.`,
    guarded
      ? "This computer and its network are guarded: the browser may have asked you for permission, and gives none to pages without https."
      : "",
    asks
      ? "CORS: the browser asks first, with OPTIONS. The target has to respond to that with a status from 200 to 299, and send with that response, and with the one to the request itself:"
      : `CORS: for this page to see the response, the target has to send the header below. ${MAY_HAVE_ARRIVED}`,
  ].filter(Boolean);
}

/**
 * @param {Target} target
 * @returns {HeaderLine[]}
 */
function headersToSend({ request, origin }) {
  const { method } = request;
  const names = namesToAllow(request);
  /** @type {HeaderLine[]} */
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
