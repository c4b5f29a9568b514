/**
 * Read an entry of a HAR file, of this program or of another one, by the rules of the command line
 * (webhook_logger/client/archive/recorded.py). Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").Body} Body
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {import("./checked.js").SenderResponse} SenderResponse
 */

import {
  bodyOfBase64,
  bodyOfText,
  inLatin1,
  momentOf,
  objectOf,
  Problem,
  requestOf,
  statusOf,
  textOf,
} from "./checked.js";

const HTTP_URL = /^(https?):\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is;
const UUID = /^(.*?\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))(?:\/|$)/i;
const UNSENDABLE = /[^\x21-\x7e]+/g;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const SOURCES = ["default", "reply", "path", "handshake", "responder"];

/**
 * Return the request, the response and the note of an entry, or null if it is not an HTTP request. Throws
 * a `Problem`.
 * @param {unknown} value
 * @param {{ours: boolean, epoch: string, seq: number}} file
 * @returns {{request: CapturedRequest, response: SenderResponse | undefined, note: string} | null}
 */
export function readEntry(value, { ours, epoch, seq }) {
  const entry = objectOf(value, "It");
  const sent = objectOf(entry.request, "Its request");
  const url = textOf(sent.url, "url").match(HTTP_URL);
  if (!url) return null;
  const [, scheme, authority, written, query = ""] = url;
  const { path, subpath, uuid } = pathOf(escaped(written), ours ? sent._subpath : undefined);
  const headers = linesOf(sent.headers);
  const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1];
  const request = requestOf({
    ...{ uuid, epoch, seq, id: `${epoch}-${seq}` },
    received_at: momentOf(entry.startedDateTime, "startedDateTime"),
    method: textOf(sent.method, "method"),
    scheme: scheme.toLowerCase(),
    host: host ?? asSent(authority),
    ...{ path, subpath, query_string: escaped(query) },
    http_version: versionOf(sent.httpVersion),
    remote_addr: typeof entry._clientAddress === "string" ? entry._clientAddress : "",
    headers,
    ...(sent._trailers === undefined ? {} : { trailers: linesOf(sent._trailers) }),
    body: bodyOfRequest(sent),
  });
  const note = ours && typeof entry.comment === "string" ? entry.comment : "";
  return { request, response: responseOf(entry), note };
}

/**
 * Return the path, and its part after the callback's UUID.
 * @param {string} written    as in the URL
 * @param {unknown} subpath   as in an entry of this program
 */
function pathOf(written, subpath) {
  const path = written || "/";
  const found = path.match(UUID);
  if (subpath === undefined || !found) return { path, subpath: path === "/" ? "" : path, uuid: "" };
  const rest = escaped(textOf(subpath, "_subpath"));
  return { path: found[1] + rest, subpath: rest, uuid: found[2].toLowerCase() };
}

/**
 * Percent-encode the characters that a URL cannot contain, as UTF-8.
 * @param {string} part
 */
function escaped(part) {
  return part.replace(UNSENDABLE, (text) =>
    encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")),
  );
}

/** @param {unknown} value */
function versionOf(value) {
  if (typeof value !== "string") return "";
  return value
    .replace(/^HTTP\//i, "")
    .replace(/[^\x21-\x7e]/g, "")
    .slice(0, 30);
}

/**
 * Return header lines without pseudo-headers, which begin with a colon.
 * @param {unknown} value
 * @returns {HeaderLine[]}
 */
function linesOf(value) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Problem("Its headers are not a list.");
  return value.map(lineOf).filter(([name]) => !name.startsWith(":"));
}

/**
 * @param {unknown} value
 * @returns {HeaderLine}
 */
function lineOf(value) {
  const { name, value: written } = objectOf(value, "One of its header lines");
  const text = asSent(textOf(written ?? "", "header value").replace(/^[ \t]+|[ \t]+$/g, ""));
  if (!TOKEN.test(textOf(name, "header name").replace(/^:/, "")) || !FIELD_VALUE.test(text)) {
    throw new Problem("HTTP cannot carry one of its headers.");
  }
  return [name, text];
}

/**
 * Return a value as Latin-1; a value with other characters was sent as UTF-8.
 * @param {string} value
 */
function asSent(value) {
  return /[^\0-\xff]/.test(value) ? inLatin1(new TextEncoder().encode(value)) : value;
}

/**
 * @param {Record<string, any>} sent
 * @returns {Body}
 */
function bodyOfRequest(sent) {
  const size = Number.isSafeInteger(sent.bodySize) && sent.bodySize > 0 ? sent.bodySize : 0;
  if (sent.postData === undefined || sent.postData === null) return missing(size);
  const data = objectOf(sent.postData, "Its postData");
  if ((data.text ?? null) === null && Array.isArray(data.params) && data.params.length) {
    return bodyOfParams(data, size);
  }
  return contentOf(data.text, data._encoding ?? data.encoding, size);
}

/**
 * @param {unknown} text
 * @param {unknown} encoding
 * @param {number} size
 */
function contentOf(text, encoding, size) {
  const content = textOf(text ?? "", "body");
  if (!content) return missing(size);
  return encoding === "base64" ? bodyOfBase64(content) : bodyOfText(content);
}

/**
 * Return the body of a form. A form with files cannot be rebuilt from its fields.
 * @param {Record<string, any>} data
 * @param {number} size
 */
function bodyOfParams({ mimeType, params }, size) {
  const isForm = /^application\/x-www-form-urlencoded/i.test(String(mimeType ?? ""));
  if (!isForm) return missing(Math.max(1, size));
  const fields = params.map((/** @type {unknown} */ each) => {
    const { name, value } = objectOf(each, "One of its form fields");
    return [textOf(name, "form field"), textOf(value ?? "", "form field")];
  });
  return bodyOfText(new URLSearchParams(fields).toString());
}

/**
 * Return a body that the file does not contain; one without bytes is complete.
 * @param {number} size
 * @returns {Body}
 */
function missing(size) {
  return { size, encoding: "utf-8", content: "", complete: size === 0 };
}

/**
 * Return the response, or undefined if it is unknown.
 * @param {Record<string, any>} entry
 * @returns {SenderResponse | undefined}
 */
function responseOf({ response, time }) {
  if (typeof response !== "object" || response === null || !response.status) return undefined;
  const by = SOURCES.includes(response._by) ? response._by : "";
  const known = { status: statusOf(response.status), by };
  if (by && !(response.bodySize >= 0)) return known;
  const { text, encoding, size } = objectOf(response.content ?? {}, "The content of its response");
  const length = Number.isSafeInteger(size) && size > 0 ? size : 0;
  return {
    ...known,
    headers: linesOf(response.headers),
    body: contentOf(text, encoding, length),
    ...(Number.isFinite(time) && time > 0 ? { seconds: time / 1000 } : {}),
  };
}
