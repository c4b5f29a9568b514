/**
 * The parts of a multipart body (RFC 7578, RFC 2046). No DOM in here.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} fileName
 * @property {string} type  media type, in lower case
 * @property {Uint8Array} bytes
 *
 * @typedef {object} Parts
 * @property {Part[]} parts   what could be read
 * @property {string} problem why that is not all, or ""
 */

const MOST_PARTS = 1000;

/**
 * @param {Uint8Array} bytes
 * @param {string} contentType  the whole header value
 * @returns {Promise<Parts>}
 */
export async function partsOf(bytes, contentType) {
  const boundary = boundaryOf(contentType);
  if (!boundary) return { parts: [], problem: "The content type names no boundary." };
  const { parseMultipart } = await import("@remix-run/multipart-parser");
  const limits = { boundary, maxParts: MOST_PARTS, maxFileSize: bytes.length };
  /** @type {Part[]} */
  const parts = [];
  try {
    for (const part of parseMultipart(bytes, limits)) parts.push(partOf(part));
  } catch (error) {
    return { parts, problem: `The rest can’t be read: ${/** @type {Error} */ (error).message}.` };
  }
  return { parts, problem: "" };
}

/** @param {string} contentType */
function boundaryOf(contentType) {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted || plain;
}

/**
 * @param {import("@remix-run/multipart-parser").MultipartPart} part
 * @returns {Part}
 */
function partOf({ name, filename, mediaType, bytes }) {
  return {
    name: name ?? "",
    fileName: filename ?? "",
    type: (mediaType ?? "").toLowerCase(),
    bytes,
  };
}
