/**
 * The captured request as it arrives, and values derived from it without reading the body. Does not
 * use the DOM.
 *
 * @typedef {import("./contract.js").Body} Body
 * @typedef {import("./contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./contract.js").HeaderLine} HeaderLine
 */

/** The value of a header line that may be a secret, in a link to a request. */
export const LEFT_OUT = "(left out)";

/**
 * Return the subpath, or "/", and the query of a request, raw.
 * @param {Pick<CapturedRequest, "subpath" | "query_string">} request
 */
export function subpathAndQuery({ subpath, query_string }) {
  return (subpath || "/") + (query_string && `?${query_string}`);
}

/**
 * Return the value of the first header line with this name, or "".
 * @param {CapturedRequest} request
 * @param {string} name
 */
export function headerOf(request, name) {
  const line = request.headers.find(([each]) => each.toLowerCase() === name.toLowerCase());
  return line ? line[1] : "";
}

/**
 * Return the media type: "application/json" for "Application/JSON; charset=utf-8", "" if none was sent.
 * @param {CapturedRequest} request
 */
export function mediaType(request) {
  return mediaTypeOf(headerOf(request, "content-type"));
}

/**
 * Return the media type in the value of a Content-Type header.
 * @param {string} value
 */
export function mediaTypeOf(value) {
  return trimOws(value.split(";", 1)[0]).toLowerCase();
}

/**
 * Strip the spaces and tabs around a header's value or a part of one (OWS, RFC 9110, section 5.6.3).
 * Every other character belongs to the value: `trim` would strip U+00A0, too.
 * @param {string} value
 */
export function trimOws(value) {
  let start = 0;
  let end = value.length;
  while (start < end && isOws(value[start])) start++;
  while (start < end && isOws(value[end - 1])) end--;
  return value.slice(start, end);
}

/** @param {string} character */
function isOws(character) {
  return character === " " || character === "\t";
}

/**
 * Return the segments of the subpath, numbered from 1 and decoded for reading.
 * @param {Pick<CapturedRequest, "subpath">} request
 * @returns {[string, string][]}
 */
export function pathSegments({ subpath }) {
  const segments = subpath !== "/" ? subpath.split("/").slice(1) : [];
  return segments.map((raw, at) => [String(at + 1), unescaped(inAscii(raw))]);
}

/**
 * Return the query parameters of a request in order, decoded for reading.
 * @param {CapturedRequest} request
 */
export function queryOf({ query_string }) {
  return queryParameters(inAscii(query_string));
}

/**
 * Return query parameters in order, decoded for reading. Form fields have the same syntax.
 * @param {string} query
 * @param {number} [most]
 * @returns {[string, string][]}
 */
export function queryParameters(query, most = Number.POSITIVE_INFINITY) {
  const pairs = [];
  for (let start = 0; start < query.length && pairs.length < most; ) {
    const ampersand = query.indexOf("&", start);
    const end = ampersand < 0 ? query.length : ampersand;
    if (end > start) pairs.push(parameter(query.slice(start, end)));
    start = end + 1;
  }
  return pairs;
}

/**
 * @param {string} raw
 * @returns {[string, string]}
 */
function parameter(raw) {
  const equals = raw.indexOf("=");
  if (equals < 0) return [decoded(raw), ""];
  return [decoded(raw.slice(0, equals)), decoded(raw.slice(equals + 1))];
}

/** @param {string} raw */
function decoded(raw) {
  return unescaped(raw.replaceAll("+", " "), raw);
}

/**
 * @param {string} escaped
 * @param {string} [raw]  as sent
 */
function unescaped(escaped, raw = escaped) {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return raw; // a stray % or bytes that are not UTF-8: show what was sent
  }
}

/** @type {Record<string, string>} */
const METHOD_TONES = {
  GET: "read",
  HEAD: "read",
  QUERY: "read",
  POST: "create",
  PUT: "change",
  PATCH: "change",
  DELETE: "remove",
};

/**
 * Return the tone in which a method is shown. It is used as a class name, so senders cannot choose it.
 * @param {string} method
 */
export function methodTone(method) {
  return Object.hasOwn(METHOD_TONES, method) ? METHOD_TONES[method] : "other";
}

/**
 * Return the bytes of a method, a target, or a header's name or value.
 * @param {string} text  bytes read as Latin-1, as they come over the wire
 */
export function bytesOfLine(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Decode a line for reading: as UTF-8 if its bytes are valid UTF-8, else as Latin-1.
 * @param {string} text  bytes read as Latin-1
 */
export function textOfLine(text) {
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOfLine(text));
  } catch {
    return text;
  }
}

/**
 * Decode the values of header lines for reading.
 * @param {HeaderLine[]} lines
 * @returns {[string, string][]}
 */
export function linesOf(lines) {
  return lines.map(([name, value]) => [name, textOfLine(value)]);
}

/**
 * Percent-encode the bytes of a target that are not allowed in a URL.
 * @param {string} target  bytes read as Latin-1
 */
export function inAscii(target) {
  return target.replace(/[\x80-\xff]/g, (byte) => {
    return `%${byte.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
