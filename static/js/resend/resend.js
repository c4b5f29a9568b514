/**
 * Send a captured request again from this browser to any URL, as far as the Fetch Standard allows. Does
 * not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Target
 * @property {URL} url
 * @property {CapturedRequest} request
 * @property {string} origin  of this page: "https://hooks.example.com"
 *
 * @typedef {object} ResendResponse
 * @property {number} status      0 for a redirect, whose status browsers hide
 * @property {string} reason      "Not Found"; empty over HTTP/2
 * @property {boolean} shared     from another origin: only headers that CORS exposes are visible
 * @property {import("../wire/contract.js").HeaderLine[]} headers
 * @property {import("../wire/captured.js").Body} body  the beginning, as text; if not complete, there may be more
 * @property {number} milliseconds
 */

import { bytesOf } from "../body/body.js";
import { inAscii, subpathAndQuery, trimOws } from "../wire/captured.js";

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1024;
/** A URL without a scheme: `localhost:3000/hooks`. */
const WITHOUT_SCHEME = /^[\w.-]+(:\d+)?([/?]|$)/;
const DEFAULT_BASE = "http://localhost:3000";
const AUTHORITY = /^\w+:\/\/[^/?#]*/;

const FORBIDDEN_METHODS = /^(connect|trace|track)$/i;
const BODILESS_METHODS = /^(get|head)$/i;
const FORBIDDEN_HEADERS =
  /^(accept-(charset|encoding)|access-control-request-(headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(proxy|sec)-.*)$/i;
const METHOD_OVERRIDES = /^x-(http-method|http-method-override|method-override)$/i;

/** @type {RequestInit} */
const DEFAULTS = { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };

/**
 * Return the target for a request: the last entered URL, with the path of the last request replaced by
 * the path of this one.
 * @param {CapturedRequest} request
 * @param {{text: string, request: CapturedRequest} | null} last
 * @param {string} [base]  the URL to which the user forwards
 */
export function targetText(request, last, base) {
  const target = escapedTarget(request);
  if (!last) return (base || DEFAULT_BASE) + target;
  const before = escapedTarget(last.request);
  return last.text.endsWith(before) ? last.text.slice(0, -before.length) + target : last.text;
}

/**
 * Return a target with escapes for characters that have another meaning in a URL.
 * @param {CapturedRequest} request
 */
function escapedTarget(request) {
  return inAscii(subpathAndQuery(request)).replaceAll("#", "%23").replaceAll("\\", "%5C");
}

/**
 * Check whether the target that the browser sends differs from the captured or the entered one.
 * @param {CapturedRequest} request
 * @param {string} text  the entered URL
 */
function isRewritten(request, text) {
  const url = parseTarget(text);
  const path = withScheme(text).replace(AUTHORITY, "");
  if (url && path && path !== url.pathname + url.search) return true;
  return (
    text.endsWith(escapedTarget(request)) && escapedTarget(request) !== subpathAndQuery(request)
  );
}

/** @param {string} text */
function withScheme(text) {
  return WITHOUT_SCHEME.test(text) ? `http://${text}` : text;
}

/**
 * Parse an entered URL, or return null if a browser cannot send to it.
 * @param {string} text
 */
export function parseTarget(text) {
  const full = withScheme(text);
  const url = URL.canParse(full) ? new URL(full) : null;
  const usable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return usable ? url : null;
}

/**
 * Return the header lines that a page can set, and the names of the others.
 * @param {Pick<CapturedRequest, "headers">} request
 */
export function splitHeaders({ headers }) {
  const allowed = headers.filter(([name, value]) => maySet(name, value));
  const omitted = headers.filter(([name, value]) => !maySet(name, value)).map(([name]) => name);
  return { allowed, omitted: [...new Set(omitted)] };
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
 * Return whether a page can send a method, and whether the request can have a body.
 * @param {string} method
 */
export function methodSupport(method) {
  return { send: !FORBIDDEN_METHODS.test(method), hasBody: !BODILESS_METHODS.test(method) };
}

/**
 * Return the reason why a page cannot send a request, or "".
 * @param {CapturedRequest} request
 */
export function blockedReason({ method, body }) {
  if (!methodSupport(method).send) return "Browsers do not allow pages to send this method.";
  if (!body.complete) return "The body was larger than the server’s limit and was not kept.";
  return "";
}

/**
 * List the differences between a request and what the browser sends.
 * @param {CapturedRequest} request
 * @param {string} [text]  the entered URL
 * @returns {string[]}
 */
export function differences(request, text = DEFAULT_BASE + escapedTarget(request)) {
  const { allowed, omitted } = splitHeaders(request);
  const names = allowed.map(([name]) => name.toLowerCase());
  const without = request.body.size > 0 && !methodSupport(request.method).hasBody;
  return [
    omitted.length > 0 ? `Set by the browser or left out: ${omitted.join(", ")}.` : "",
    names.includes("user-agent") ? "Some browsers send their own User-Agent." : "",
    new Set(names).size < names.length
      ? "Header lines with the same name are joined with commas."
      : "",
    isRewritten(request, text) ? "The browser rewrites the path or the query." : "",
    request.trailers ? "Sent without trailers, which browsers do not support." : "",
    without
      ? `Sent without the body, because browsers do not send one with ${request.method}.`
      : "",
  ].filter(Boolean);
}

/**
 * @param {Target} target
 * @param {AbortController} controller  cancels the request
 * @returns {Promise<ResendResponse>}
 */
export async function send({ url, request }, controller) {
  const late = new DOMException("No response in time", "TimeoutError");
  const timer = setTimeout(() => controller.abort(late), TIMEOUT_MS);
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
  const bytes = methodSupport(method).hasBody && body.size > 0 ? bytesOf(body) : undefined;
  const headers = splitHeaders(request).allowed;
  return {
    ...DEFAULTS,
    method,
    headers,
    body: /** @type {BodyInit} */ (bytes),
    redirect: "manual",
  };
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
    // Show the part that arrived before the error.
  }
  return body;
}

/**
 * Check whether a server responds, with a HEAD request to its root path.
 * @param {URL} url
 */
export async function isReachable(url) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const probe = fetch(new URL("/", url), { ...DEFAULTS, method: "HEAD", mode: "no-cors", signal });
  return probe.then(
    () => true,
    () => false,
  );
}
