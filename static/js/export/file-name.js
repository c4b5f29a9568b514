/** Names for files of captured content: what a stranger sent names no kind that runs. Does not use the DOM. */

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

const HARMLESS = new Set([...Object.values(EXTENSIONS), "bin", "jpeg", "log", "txt", "yml"]);

const MAX_CHARACTERS = 60;

/** Windows opens a device where a file has one of these names, whatever its extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * "orders.json" of a JSON body to /<uuid>/v1/orders; "request-12.bin" of bytes to nowhere special.
 * @param {CapturedRequest} request
 */
export function bodyFileName(request) {
  const segment = pathSegments(request).findLast(([, segment]) => segment)?.[1] ?? "";
  return harmless(segment, `request-${request.seq}`, extensionOf(request));
}

/**
 * "photo.png" of a part whose sender named it so, "setup-exe.bin" of "setup.exe".
 * @param {import("../body/multipart.js").Part} part
 */
export function partFileName({ fileName, name, type }) {
  return harmless(fileName || name, "part", extensionOfType(type) || "bin");
}

/**
 * Whether a file is saved as the kind that its sender named.
 * @param {string} sent   the sender's name of it, or ""
 * @param {string} saved
 */
export function keepsExtension(sent, saved) {
  return (
    sent === "" || sent.toLowerCase().endsWith(saved.slice(saved.lastIndexOf(".")).toLowerCase())
  );
}

/**
 * @param {string} suggested  by a sender
 * @param {string} otherwise  where nothing of that can stay
 * @param {string} extension  where the suggested one could run
 */
function harmless(suggested, otherwise, extension) {
  const dot = suggested.lastIndexOf(".");
  const written = dot < 0 ? "" : suggested.slice(dot + 1);
  const stays = HARMLESS.has(written.toLowerCase());
  const name = safe(stays ? suggested.slice(0, dot) : suggested) || otherwise;
  return `${name}.${stays ? written : extension}`;
}

/** @param {string} text */
function safe(text) {
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
