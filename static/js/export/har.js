/** A captured request as an entry of an HTTP archive (HAR 1.2). Does not use the DOM. */

import { headerOf, inAscii, queryOf, trimOws } from "../wire/captured.js";
import { target } from "./outgoing.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {Pick<import("../wire/contract.js").Responded, "status" | "by">} ExportedResponse
 */

/** The log up to its entries, which are long: they follow one by one. */
export const HAR_HEAD =
  '{"log":{"version":"1.2","creator":{"name":"Webhook Logger","version":"0.1.0"},"entries":[';
export const HAR_FOOT = "]}}";

/** Not known here: status 0 is what browsers write then, and -1 stands for an unknown size. */
const NO_RESPONSE = {
  status: 0,
  statusText: "",
  httpVersion: "",
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: "" },
  redirectURL: "",
  headersSize: -1,
  bodySize: -1,
  comment: "What the sender got is not recorded.",
};

/**
 * @param {CapturedRequest} request
 * @param {string} origin
 * @param {ExportedResponse} [responded]  what its sender got
 */
export function harEntry(request, origin, responded) {
  return {
    startedDateTime: request.received_at,
    time: 0,
    request: harRequest(request, origin),
    response: responded ? harResponse(responded) : NO_RESPONSE,
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _clientAddress: request.remote_addr,
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
function harResponse({ status, by }) {
  const comment = "Only the status of the response is recorded.";
  return { ...NO_RESPONSE, status, httpVersion: "HTTP/1.1", comment, _by: by };
}

/** @param {[string, string]} pair */
function named([name, value]) {
  return { name, value };
}

/**
 * Senders write what RFC 3986 does not allow, and an archive must hold to it.
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

/** HAR knows text alone: its fields with an underscore are free to say more. @param {CapturedRequest} request */
function postData(request) {
  const { encoding, content, complete } = request.body;
  const data = { mimeType: headerOf(request, "content-type"), text: content };
  if (!complete)
    return { ...data, comment: "Over the limit of the server: its content is not known." };
  if (encoding === "utf-8") return data;
  return { ...data, comment: "The text is base64.", _encoding: "base64" };
}
