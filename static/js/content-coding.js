/**
 * Undoes Content-Encoding (RFC 9110, section 8.4) as far as the browser can. No DOM in here.
 *
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Undone
 * @property {Uint8Array} bytes   what could be had
 * @property {string} problem     why that is not all, or ""
 */

/** A few kilobytes can unfold to gigabytes: more than this is not kept. */
export const MOST_BYTES = 16 * 2 ** 20;

/** A body that unfolds to itself can be named as compressed any number of times. */
const MOST_CODINGS = 4;

/** @type {Record<string, string[]>} what DecompressionStream calls them; some senders of "deflate" leave zlib's frame out */
const FORMATS = {
  gzip: ["gzip"],
  "x-gzip": ["gzip"],
  deflate: ["deflate", "deflate-raw"],
  br: ["brotli"],
};

/** 1f 8b 08, the first three bytes of gzip, in base64. */
const GZIP_START = "H4sI";

/**
 * The codings of a body in the order they were applied; gzip is known by its first bytes too.
 * @param {CapturedRequest} request
 * @returns {string[]}
 */
export function codingsOf({ headers, body }) {
  if (!body.complete || body.size === 0) return [];
  const named = headers
    .filter(([name]) => name.toLowerCase() === "content-encoding")
    .flatMap(([, value]) => value.toLowerCase().split(","))
    .map((coding) => coding.trim())
    .filter((coding) => coding && coding !== "identity");
  if (named.length > 0) return named;
  return body.encoding === "base64" && body.content.startsWith(GZIP_START) ? ["gzip"] : [];
}

/**
 * @param {Uint8Array} bytes
 * @param {string[]} codings  in the order they were applied
 * @param {number} [most]
 * @returns {Promise<Undone>}
 */
export async function undo(bytes, codings, most = MOST_BYTES) {
  /** @type {Undone} */
  let undone = { bytes, problem: "" };
  if (codings.length > MOST_CODINGS) return tooMany();
  for (const coding of codings.toReversed()) {
    undone = await undoOne(undone.bytes, coding, most);
    if (undone.problem) break;
  }
  return undone;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} coding
 * @param {number} most
 * @returns {Promise<Undone>}
 */
async function undoOne(bytes, coding, most) {
  let undone = unable(coding);
  for (const format of Object.hasOwn(FORMATS, coding) ? FORMATS[coding] : []) {
    const stream = decompressor(format);
    if (stream) undone = await read(bytes, stream, { coding, most });
    if (undone.bytes.length > 0 || !undone.problem) break;
  }
  return undone;
}

/**
 * @param {string} coding
 * @returns {Undone}
 */
function unable(coding) {
  return { bytes: new Uint8Array(), problem: `This browser can’t undo “${coding}”.` };
}

/** @returns {Undone} */
function tooMany() {
  const problem = `More than ${MOST_CODINGS} content codings are not undone.`;
  return { bytes: new Uint8Array(), problem };
}

/** @param {string} format */
function decompressor(format) {
  try {
    return new DecompressionStream(/** @type {CompressionFormat} */ (format));
  } catch {
    return null; // not known to this browser
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {DecompressionStream} stream
 * @param {{coding: string, most: number}} options
 * @returns {Promise<Undone>}
 */
async function read(bytes, stream, { coding, most }) {
  const reader = new Blob([/** @type {BlobPart} */ (bytes)])
    .stream()
    .pipeThrough(stream)
    .getReader();
  const parts = [];
  let problem = "";
  let room = most;
  try {
    for (let next = await reader.read(); !next.done && !problem; ) {
      parts.push(next.value.subarray(0, room));
      if (next.value.length > room)
        problem = "This is its beginning: the rest is too large to show.";
      room -= next.value.length;
      if (!problem) next = await reader.read();
    }
  } catch {
    problem = `The body is not whole or not “${coding}”.`;
  }
  reader.cancel().catch(() => {}); // a broken stream has told its error already
  return { bytes: joined(parts), problem };
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
