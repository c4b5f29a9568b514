/** A captured request as it goes over a connection. No DOM in here. */

import { bytesOf, textOf } from "../body.js";
import { bytesOfLine } from "../captured.js";
import { partsOf } from "./outgoing.js";

/** @typedef {import("../captured.js").CapturedRequest} CapturedRequest */

/**
 * As text where text can carry it, else as bytes.
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function rawHttp(request, url) {
  const { authority, path } = partsOf(url);
  const { method, http_version, headers, body } = request;
  const lines = headers.flatMap((line) => framed(line, authority, body));
  const head = [`${method} ${path} HTTP/${http_version}`, ...lines, "", ""].join("\r\n");
  const bytes = joined(bytesOfLine(head), bytesOf(body));
  return textOf(bytes) ?? bytes;
}

/**
 * A header line as it was sent, but for where it goes and for chunks: those are put together.
 * @param {[string, string]} line
 * @param {string} authority
 * @param {import("../body.js").Body} body
 */
function framed([name, value], authority, { complete, size }) {
  const known = name.toLowerCase();
  if (known === "host") return [`${name}: ${authority}`];
  if (known === "content-length") return complete ? [`${name}: ${value}`] : [];
  if (known === "transfer-encoding") return complete ? [`Content-Length: ${size}`] : [];
  return [`${name}: ${value}`];
}

/**
 * @param {Uint8Array} first
 * @param {Uint8Array} second
 */
function joined(first, second) {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
