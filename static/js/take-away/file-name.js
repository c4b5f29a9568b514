/** Names for files of captured content: what a stranger sent names no kind that runs. No DOM in here. */

import { mediaType, pathSegments } from "../captured.js";

/** @typedef {import("../captured.js").CapturedRequest} CapturedRequest */

/** @type {Record<string, string>} */
const EXTENSIONS = {
  "application/gzip": "gz",
  "application/json": "json",
  "application/pdf": "pdf",
  "application/xml": "xml",
  "application/yaml": "yaml",
  "application/zip": "zip",
  "image/gif": "gif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "text/csv": "csv",
  "text/markdown": "md",
  "text/xml": "xml",
};

const HARMLESS = new Set([...Object.values(EXTENSIONS), "bin", "jpeg", "log", "txt", "yml"]);

const MOST_CHARACTERS = 60;

/**
 * "orders.json" of a JSON body to /<uuid>/v1/orders; "request-12.bin" of bytes to nowhere special.
 * @param {CapturedRequest} request
 */
export function bodyFileName(request) {
  const segment = pathSegments(request).at(-1)?.[1] ?? "";
  const [, stem, extension] = segment.match(/^(.*?)(?:\.(\w+))?$/s) ?? [];
  const known = HARMLESS.has(extension?.toLowerCase()) ? extension : undefined;
  const name = safe(known ? stem : segment) || `request-${request.seq}`;
  return `${name}.${known ?? extensionOf(request)}`;
}

/** @param {string} text */
function safe(text) {
  return text
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, MOST_CHARACTERS);
}

/** @param {CapturedRequest} request */
function extensionOf(request) {
  const type = mediaType(request);
  if (Object.hasOwn(EXTENSIONS, type)) return EXTENSIONS[type];
  if (type.endsWith("+json")) return "json";
  if (type.endsWith("+xml") && !type.startsWith("image/")) return "xml";
  return request.body.encoding === "utf-8" ? "txt" : "bin";
}

/**
 * "webhooks-0b9e7a52.har"
 * @param {string} extension
 * @param {readonly CapturedRequest[]} requests  at least one
 */
export function exportFileName(extension, [{ uuid }]) {
  return `webhooks-${uuid.slice(0, 8)}.${extension}`;
}
