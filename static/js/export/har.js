/** Export captured requests as entries of an HTTP archive (HAR 1.2). Does not use the DOM. */

import { headerOf, inAscii, queryOf, trimOws } from "../wire/captured.js";
import { target } from "./outgoing.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {Omit<import("../wire/contract.js").Responded, "epoch" | "seq">} ExportedResponse
 */

/** The text before the entries, which are written one by one. */
export const HAR_HEAD =
  '{"log":{"version":"1.2","creator":{"name":"Webhook Logger","version":"1.0.0"},"entries":[';
export const HAR_FOOT = "]}}";

/** As in browsers, status 0 means an unknown response, and -1 an unknown size. */
const UNKNOWN_RESPONSE = {
  status: 0,
  statusText: "",
  httpVersion: "",
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: "" },
  redirectURL: "",
  headersSize: -1,
  bodySize: -1,
  comment: "The response is not recorded.",
};

/**
 * @param {CapturedRequest} request
 * @param {string} origin
 * @param {ExportedResponse} [responded]  the response, if it is known
 * @param {string} [note]  the user's
 */
export function harEntry(request, origin, responded, note) {
  return {
    startedDateTime: request.received_at,
    request: harRequest(request, origin),
    ...outcome(responded),
    cache: {},
    _clientAddress: request.remote_addr,
    ...(note ? { comment: note } : {}),
  };
}

/** The part of an entry that depends on the response. @param {ExportedResponse} [responded] */
function outcome(responded) {
  const milliseconds = Math.round(1000 * (responded?.seconds ?? 0));
  return {
    time: milliseconds,
    timings: { send: 0, wait: milliseconds, receive: 0 },
    response: responded ? harResponse(responded) : UNKNOWN_RESPONSE,
  };
}

/**
 * @param {CapturedRequest} request
 * @param {string} origin
 */
function harRequest(request, origin) {
  const { method, subpath, http_version, headers, trailers, body } = request;
  return {
    method,
    url: validUrl(target(request, origin)),
    _subpath: inAscii(subpath),
    httpVersion: `HTTP/${http_version}`,
    cookies: cookiesOf(request).map(named),
    headers: headers.map(named),
    ...(trailers ? { _trailers: trailers.map(named) } : {}),
    queryString: queryOf(request).map(named),
    ...(body.size > 0 ? { postData: postData(request) } : {}),
    headersSize: -1,
    bodySize: body.size,
  };
}

/** @param {ExportedResponse} responded */
function harResponse({ status, by, headers, body }) {
  const known = { ...UNKNOWN_RESPONSE, status, httpVersion: "HTTP/1.1" };
  if (!headers || !body) {
    const comment = "Only the status of the response is recorded.";
    return { ...known, comment, _by: by };
  }
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return {
    ...known,
    headers: headers.map(named),
    content: harContent(body, type),
    bodySize: body.size,
    comment: "",
    _by: by,
  };
}

/**
 * @param {import("../wire/contract.js").Body} body
 * @param {string} mimeType
 */
function harContent({ size, encoding, content, complete }, mimeType) {
  if (!complete) {
    const comment = "Too large: the server did not send the content to viewers.";
    return { size, mimeType, comment };
  }
  return { size, mimeType, text: content, ...(encoding === "base64" ? { encoding } : {}) };
}

/** @param {[string, string]} pair */
function named([name, value]) {
  return { name, value };
}

/**
 * Escape characters that RFC 3986 does not allow: senders may use them, an archive must not.
 * @param {string} url
 */
function validUrl(url) {
  const { origin } = new URL(url);
  const path = url.slice(origin.length);
  return origin + path.replace(/%(?![0-9a-f]{2})|[^\w.~:/?@!$&'()*+,;=%-]/gi, encodeURIComponent);
}

/**
 * @param {CapturedRequest} request
 * @returns {[string, string][]}
 */
function cookiesOf({ headers }) {
  const lines = headers.filter(([name]) => name.toLowerCase() === "cookie");
  const cookies = lines.flatMap(([, value]) => value.split(";")).map(trimOws);
  return cookies.filter(Boolean).map((cookie) => {
    const [name, ...value] = cookie.split("=");
    return [name, value.join("=")];
  });
}

/** HAR bodies are text; custom fields begin with an underscore. @param {CapturedRequest} request */
function postData(request) {
  const { encoding, content, complete } = request.body;
  const data = { mimeType: headerOf(request, "content-type"), text: content };
  if (!complete)
    return { ...data, comment: "Larger than the server’s limit: the content was not kept." };
  if (encoding === "utf-8") return data;
  return { ...data, comment: "The text is base64.", _encoding: "base64" };
}
