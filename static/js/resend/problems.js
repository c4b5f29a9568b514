/**
 * Explain why a request could not be sent again. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {import("./resend.js").Target} Target
 *
 * @typedef {object} Explanation
 * @property {string[]} messages
 * @property {HeaderLine[]} headers  headers that the target should send
 * @property {boolean} canProbe  whether checking if the target responds would help
 */

import { isLocal, isMixed } from "../browser/mixed.js";
import { splitHeaders } from "./resend.js";

const MAY_HAVE_ARRIVED = "The target may still have received the request.";

const UPPER_CASED_METHODS = /^(delete|get|head|options|post|put)$/i;
const SIMPLE_METHODS = /^(get|head|post)$/i;

/** Headers that do not need a preflight (Fetch: CORS-safelisted request-header). */
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

/** Ports of other protocols, which browsers block (Fetch: bad port). */
const BAD_PORTS = new Set(
  (
    "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 " +
    "113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 " +
    "548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 " +
    "6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
  ).split(" "),
);

/** @type {Explanation} */
export const INVALID_URL = explanation(
  "This URL is not supported. Enter a URL with http:// or https:// and without a user name.",
);

/**
 * @param {unknown} error  thrown by `send`
 * @param {Target} target
 * @returns {Explanation}
 */
export function explain(error, target) {
  const { url, origin } = target;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError")
    return explanation(`No response within 30 seconds. ${MAY_HAVE_ARRIVED}`);
  if (name === "AbortError") return explanation(`Cancelled. ${MAY_HAVE_ARRIVED}`);
  if (url.origin === origin) return explanation(`No server responds at ${url.origin}.`);
  if (BAD_PORTS.has(url.port)) {
    return explanation(`Browsers block port ${url.port}, because another protocol uses it.`);
  }
  if (isMixed(origin, url)) {
    return explanation(
      `This page has https, so the browser blocks requests to ${url.origin}.`,
      "Use an https URL, or http://localhost for a target on this computer.",
    );
  }
  return { messages: guesses(target), headers: headersToSend(target), canProbe: true };
}

/**
 * @param {string[]} messages
 * @returns {Explanation}
 */
export function explanation(...messages) {
  return { messages, headers: [], canProbe: false };
}

/**
 * Return the possible causes: a page cannot distinguish a target that is down from a CORS error.
 * @param {Target} target
 */
function guesses({ url, request, origin }) {
  const near = isLocal(url.hostname) || PRIVATE.test(url.hostname);
  const restricted = near && !isLocal(new URL(origin).hostname);
  return [
    `No server responds at ${url.origin}, or CORS blocked the request. The browser does not say which.`,
    restricted
      ? "The browser may ask you for permission to connect to this computer or its network, and always blocks pages without https."
      : "",
    needsPreflight(request)
      ? "CORS: the browser first sends a preflight request with OPTIONS. The target has to respond to it with a status from 200 to 299. Both responses need these headers:"
      : `CORS: to show the response on this page, the target has to send this header. ${MAY_HAVE_ARRIVED}`,
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
 * Check whether the browser sends a preflight request.
 * @param {CapturedRequest} request
 */
function needsPreflight(request) {
  return !SIMPLE_METHODS.test(request.method) || namesToAllow(request).length > 0;
}

/** @param {CapturedRequest} request */
function namesToAllow(request) {
  const { allowed } = splitHeaders(request);
  const values = new Map(
    allowed.map(([name]) => [name.toLowerCase(), /** @type {string[]} */ ([])]),
  );
  for (const [name, value] of allowed) values.get(name.toLowerCase())?.push(value);
  return [...values.keys()].filter(
    (name) => !SIMPLE_HEADERS.get(name)?.test(values.get(name)?.join(", ") ?? ""),
  );
}
