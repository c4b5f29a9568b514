/**
 * Read the vectors of the providers.
 *
 * @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} VectorRequest
 * @property {string} [method]
 * @property {string} [scheme]
 * @property {string} [host]
 * @property {string} [path]
 * @property {string} [query_string]
 * @property {Record<string, string> | [string, string][]} [headers]
 * @property {string | {base64: string}} [body]
 * @property {boolean} [complete]
 *
 * @typedef {object} SignatureVector
 * @property {string} secret
 * @property {Record<string, string>} [options]
 * @property {string} [provider]  by default that of the file
 * @property {boolean} ok
 * @property {string} [reason]
 * @property {string} [text]
 * @property {string[]} [notes]
 *
 * @typedef {object} HandshakeVector
 * @property {string} [secret]
 * @property {Record<string, string>} [options]
 * @property {boolean} [invalid]  whether the secret is not a key, so nothing is sent
 * @property {number} [status]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 *
 * @typedef {object} Vector
 * @property {string} about
 * @property {VectorRequest} request
 * @property {number} [arrived]  seconds since 1970
 * @property {Record<string, unknown> | null} [recognised]
 * @property {string} [summary]
 * @property {SignatureVector} [signature]
 * @property {HandshakeVector | null} [handshake]
 */

import { readdirSync, readFileSync } from "node:fs";
import { sample, UUID } from "../samples.js";

const FOLDER = new URL("../../providers/vectors/", import.meta.url);

/** The time when the requests of most vectors arrive: 2026-11-22T04:41:00Z. */
const ARRIVED = 1795322460;

/** @returns {[file: string, vectors: Vector[]][]} by name, which is the id of a provider or begins with "_" */
export function vectorsByFile() {
  return readdirSync(FOLDER).map((file) => [
    file.replace(".json", ""),
    JSON.parse(readFileSync(new URL(file, FOLDER), "utf-8")),
  ]);
}

/**
 * @param {Vector} vector
 * @returns {CapturedRequest}
 */
export function requestOf({ request, arrived = ARRIVED }) {
  const { headers = {}, body = "", complete = true, path = "", ...fields } = request;
  return sample({
    ...fields,
    path: path || `/${UUID}`,
    subpath: path,
    headers: linesOf(headers),
    body: { ...bodyOf(body), complete },
    received_at: new Date(arrived * 1000).toISOString(),
  });
}

/**
 * Return header lines; characters outside of ASCII are sent as UTF-8.
 * @param {Record<string, string> | [string, string][]} headers
 * @returns {[string, string][]}
 */
export function linesOf(headers) {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return pairs.map(([name, value]) => [name, Buffer.from(value).toString("latin1")]);
}

/**
 * @param {string | {base64: string}} body
 * @returns {Omit<CapturedRequest["body"], "complete">}
 */
function bodyOf(body) {
  if (typeof body === "string") {
    return { size: Buffer.byteLength(body), encoding: "utf-8", content: body };
  }
  const { base64 } = body;
  return { size: Buffer.from(base64, "base64").length, encoding: "base64", content: base64 };
}
