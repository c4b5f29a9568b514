/** Export a captured request as raw HTTP. Does not use the DOM. */

import { bytesOf } from "../body/body.js";
import { textOf } from "../body/charset.js";
import { bytesOfLine } from "../wire/captured.js";
import { partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * Return text, or bytes if the result is not text.
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function rawHttp(request, url) {
  const { authority } = partsOf(url);
  const { method, http_version, headers, body, query_string } = request;
  const path = request.path + (query_string && `?${query_string}`);
  const trailers = body.complete ? (request.trailers ?? []) : [];
  const lines = headers.flatMap((line) => framed(line, authority, request));
  const head = [`${method} ${path} HTTP/${http_version}`, ...lines, "", ""].join("\r\n");
  const content = trailers.length > 0 ? chunked(bytesOf(body), trailers) : [bytesOf(body)];
  const bytes = joined([bytesOfLine(head), ...content]);
  return textOf(bytes) ?? bytes;
}

/**
 * Write a chunked body, which is the only kind that can have trailers.
 * @param {Uint8Array} bytes
 * @param {import("../wire/contract.js").HeaderLine[]} trailers
 */
function chunked(bytes, trailers) {
  const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const end = bytesOfLine(`0\r\n${lines}\r\n`);
  if (bytes.length === 0) return [end];
  return [bytesOfLine(`${bytes.length.toString(16)}\r\n`), bytes, bytesOfLine("\r\n"), end];
}

/**
 * Return a header line as sent, except for Host and the framing: without trailers, a chunked body gets
 * a Content-Length.
 * @param {import("../wire/contract.js").HeaderLine} line
 * @param {string} authority
 * @param {CapturedRequest} request
 */
function framed([name, value], authority, { body: { complete, size }, trailers }) {
  const known = name.toLowerCase();
  if (known === "host") return [`${name}: ${authority}`];
  if (known === "content-length") return complete ? [`${name}: ${value}`] : [];
  if (known === "transfer-encoding" && complete && trailers) return [`${name}: ${value}`];
  if (known === "transfer-encoding") return complete ? [`Content-Length: ${size}`] : [];
  return [`${name}: ${value}`];
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
