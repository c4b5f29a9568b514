/**
 * A captured request sent again, from this browser to any URL, as far as browsers allow (the Fetch
 * standard). Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Target
 * @property {URL} url
 * @property {CapturedRequest} request
 * @property {string} origin  of this page: "https://hooks.example.com"
 *
 * @typedef {object} ResendResponse
 * @property {number} status      0 of a redirect: a browser that does not follow tells nothing of it
 * @property {string} reason      "Not Found"; empty over HTTP/2
 * @property {boolean} shared     of another origin: only what CORS lets through can be read
 * @property {import("../wire/contract.js").HeaderLine[]} headers
 * @property {import("../wire/captured.js").Body} body  its beginning, as text; not complete: there may be more
 * @property {number} milliseconds
 */

import { bytesOf } from "../body/body.js";
import { inAscii, subpathAndQuery, trimOws } from "../wire/captured.js";

const TIME_OUT_MS = 30_000;
const MAX_BYTES = 64 * 1024;
/** As people type it: `localhost:3000/hooks`. */
const WITHOUT_SCHEME = /^[\w.-]+(:\d+)?([/?]|$)/;
const FIRST_BASE = "http://localhost:3000";

const FORBIDDEN_METHODS = /^(connect|trace|track)$/i;
const BODILESS_METHODS = /^(get|head)$/i;
const FORBIDDEN_HEADERS =
  /^(accept-(charset|encoding)|access-control-request-(headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(proxy|sec)-.*)$/i;
const METHOD_OVERRIDES = /^x-(http-method|http-method-override|method-override)$/i;

/** @type {RequestInit} */
const QUIETLY = { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };

/**
 * Where the reader sends to: what was typed last, with the path of this request where the path
 * of that one stood.
 * @param {CapturedRequest} request
 * @param {{text: string, request: CapturedRequest} | null} last
 */
export function targetText(request, last) {
  const target = typed(request);
  if (!last) return FIRST_BASE + target;
  const before = typed(last.request);
  return last.text.endsWith(before) ? last.text.slice(0, -before.length) + target : last.text;
}

/**
 * A target as people type it into a URL: what would end the path there, or be another character, is
 * escaped.
 * @param {CapturedRequest} request
 */
function typed(request) {
  return inAscii(subpathAndQuery(request)).replaceAll("#", "%23").replaceAll("\\", "%5C");
}

/** @param {CapturedRequest} request */
function isRewritten(request) {
  const url = FIRST_BASE + typed(request);
  return new URL(url).href !== url || typed(request) !== subpathAndQuery(request);
}

/**
 * The URL that was typed, or null where a browser can't send to it.
 * @param {string} text
 */
export function urlOf(text) {
  const full = WITHOUT_SCHEME.test(text) ? `http://${text}` : text;
  const url = URL.canParse(full) ? new URL(full) : null;
  const usable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return usable ? url : null;
}

/**
 * Header lines that a page may set, and the names of those that it may not.
 * @param {CapturedRequest} request
 */
export function headersThatMaySet({ headers }) {
  const may = headers.filter(([name, value]) => maySet(name, value));
  const left = headers.filter(([name, value]) => !maySet(name, value)).map(([name]) => name);
  return { may, left: [...new Set(left)] };
}

/**
 * @param {string} name
 * @param {string} value
 */
function maySet(name, value) {
  if (METHOD_OVERRIDES.test(name)) {
    return !value.split(",").some((method) => FORBIDDEN_METHODS.test(trimOws(method)));
  }
  return !FORBIDDEN_HEADERS.test(name);
}

/**
 * What a page may do with a method.
 * @param {string} method
 */
export function methodMay(method) {
  return { send: !FORBIDDEN_METHODS.test(method), haveBody: !BODILESS_METHODS.test(method) };
}

/**
 * Why a request can't be sent from a page at all, or "".
 * @param {CapturedRequest} request
 */
export function obstacle({ method, body }) {
  if (!methodMay(method).send) return "A browser lets no page send this method.";
  if (!body.complete) return "The body was over the server’s limit and was not kept.";
  return "";
}

/**
 * How what is sent differs from what came.
 * @param {CapturedRequest} request
 * @returns {string[]}
 */
export function differences(request) {
  const { may, left } = headersThatMaySet(request);
  const names = may.map(([name]) => name.toLowerCase());
  const without = request.body.size > 0 && !methodMay(request.method).haveBody;
  return [
    left.length > 0 ? `Set by the browser itself, or left out: ${left.join(", ")}.` : "",
    names.includes("user-agent") ? "Some browsers send their own User-Agent." : "",
    new Set(names).size < names.length ? "Header lines of the same name are joined by commas." : "",
    isRewritten(request) ? "The path or query is written in another way, as browsers do it." : "",
    request.trailers ? "Sent without its trailers: a browser sends none." : "",
    without ? `Sent without its body: a browser sends none with ${request.method}.` : "",
  ].filter(Boolean);
}

/**
 * @param {Target} target
 * @param {AbortController} controller  to cancel with
 * @returns {Promise<ResendResponse>}
 */
export async function send({ url, request }, controller) {
  const late = new DOMException("No response in time", "TimeoutError");
  const timer = setTimeout(() => controller.abort(late), TIME_OUT_MS);
  const start = performance.now();
  try {
    const response = await fetch(url, { ...optionsOf(request), signal: controller.signal });
    const body = await beginningOf(response);
    return responseOf(response, body, performance.now() - start);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {Response} response
 * @param {ResendResponse["body"]} body
 * @param {number} milliseconds
 * @returns {ResendResponse}
 */
function responseOf({ status, statusText: reason, headers, type }, body, milliseconds) {
  return { status, reason, shared: type === "cors", headers: [...headers], body, milliseconds };
}

/**
 * @param {CapturedRequest} request
 * @returns {RequestInit}
 */
function optionsOf(request) {
  const { method, body } = request;
  const bytes = methodMay(method).haveBody && body.size > 0 ? bytesOf(body) : undefined;
  const headers = headersThatMaySet(request).may;
  return { ...QUIETLY, method, headers, body: /** @type {BodyInit} */ (bytes), redirect: "manual" };
}

/** @param {Response} response */
async function beginningOf(response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const body = { size: 0, encoding: /** @type {const} */ ("utf-8"), content: "", complete: false };
  try {
    while (reader && body.size < MAX_BYTES) {
      const { done, value } = await reader.read();
      if (done) return { ...body, content: body.content + decoder.decode(), complete: true };
      const bytes = value.subarray(0, MAX_BYTES - body.size);
      body.content += decoder.decode(bytes, { stream: true });
      body.size += bytes.length;
    }
    await reader?.cancel();
    body.complete = !reader;
  } catch {
    // What has come is shown, whatever ended it.
  }
  return body;
}

/**
 * Whether anything responds there: asks for nothing but the head of its front page.
 * @param {URL} url
 */
export async function isReachable(url) {
  const signal = AbortSignal.timeout(TIME_OUT_MS);
  const probe = fetch(new URL("/", url), { ...QUIETLY, method: "HEAD", mode: "no-cors", signal });
  return probe.then(
    () => true,
    () => false,
  );
}
