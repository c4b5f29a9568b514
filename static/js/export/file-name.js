/** File names for captured content. Senders cannot choose an executable extension. Does not use the DOM. */

import { mediaType, pathSegments } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

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
  "text/plain": "txt",
  "text/xml": "xml",
};

const SAFE_EXTENSIONS = new Set([...Object.values(EXTENSIONS), "bin", "jpeg", "log", "txt", "yml"]);

const MAX_CHARACTERS = 60;

/** Windows opens a device for a file with one of these names, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * Return a file name for a body: "orders.json" for JSON sent to /<uuid>/v1/orders, or
 * "request-12.bin" for bytes without a subpath.
 * @param {CapturedRequest} request
 */
export function bodyFileName(request) {
  const segment = pathSegments(request).findLast(([, segment]) => segment)?.[1] ?? "";
  return safeName(segment, `request-${request.seq}`, extensionOf(request));
}

/**
 * Return a file name for a part: "photo.png" for "photo.png", "setup-exe.bin" for "setup.exe".
 * @param {import("../body/multipart.js").Part} part
 */
export function partFileName({ fileName, name, type }) {
  return safeName(fileName || name, "part", extensionOfType(type) || "bin");
}

/**
 * Check whether a file keeps the extension that its sender chose.
 * @param {string} sent   the sender's file name, or ""
 * @param {string} saved
 */
export function keepsExtension(sent, saved) {
  return (
    sent === "" || sent.toLowerCase().endsWith(saved.slice(saved.lastIndexOf(".")).toLowerCase())
  );
}

/**
 * @param {string} suggested  by a sender
 * @param {string} fallback   if no character of the suggestion is allowed
 * @param {string} extension  if the suggested one is not safe
 */
function safeName(suggested, fallback, extension) {
  const dot = suggested.lastIndexOf(".");
  const written = dot < 0 ? "" : suggested.slice(dot + 1);
  const isSafe = SAFE_EXTENSIONS.has(written.toLowerCase());
  const name = safeStem(isSafe ? suggested.slice(0, dot) : suggested) || fallback;
  return `${name}.${isSafe ? written : extension}`;
}

/** @param {string} text */
function safeStem(text) {
  const name = text
    .replace(/[^\p{L}\p{N}_]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, MAX_CHARACTERS);
  return DEVICE.test(name) ? `${name}-` : name;
}

/** @param {CapturedRequest} request */
function extensionOf(request) {
  const plain = request.body.encoding === "utf-8" ? "txt" : "bin";
  return extensionOfType(mediaType(request)) || plain;
}

/** @param {string} type  a media type */
function extensionOfType(type) {
  if (Object.hasOwn(EXTENSIONS, type)) return EXTENSIONS[type];
  if (type.endsWith("+json")) return "json";
  return type.endsWith("+xml") && !type.startsWith("image/") ? "xml" : "";
}

/**
 * "webhooks-0b9e7a52.har"
 * @param {string} extension
 * @param {readonly CapturedRequest[]} requests  at least one
 */
export function exportFileName(extension, [{ uuid }]) {
  return `webhooks-${uuid.slice(0, 8)}.${extension}`;
}
