/**
 * Read the size of an image from its first bytes without decoding it: a few kilobytes can decode to
 * gigabytes of pixels. Does not use the DOM.
 *
 * @typedef {{width: number, height: number}} Size
 * @typedef {{start: string, at: number, read: (bytes: DataView) => Size}} Format  start: as Latin-1
 */

/** A larger image is drawn only on request: each pixel takes 4 bytes. */
export const MAX_PIXELS = 24_000_000;

/** Formats by their signatures. Browsers use these and ignore the type. @type {readonly Format[]} */
const FORMATS = [
  { start: "\x89PNG\r\n\x1a\n", at: 0, read: pngSize },
  { start: "\xff\xd8\xff", at: 0, read: jpegSize },
  { start: "GIF87a", at: 0, read: gifSize },
  { start: "GIF89a", at: 0, read: gifSize },
  { start: "WEBP", at: 8, read: webpSize },
];

/**
 * Return the size in pixels, "unknown" if the header cannot be read, or null if the bytes are not an
 * image that the page draws.
 * @param {Uint8Array} bytes
 * @returns {Size | "unknown" | null}
 */
export function imageSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS.find(({ start, at }) => holds(view, start, at));
  if (!format) return null;
  try {
    const { width, height } = format.read(view);
    return width > 0 && height > 0 ? { width, height } : "unknown";
  } catch (error) {
    if (error instanceof RangeError) return "unknown"; // the header is incomplete
    throw error;
  }
}

/**
 * @param {DataView} view
 * @param {string} text
 * @param {number} at
 */
function holds(view, text, at) {
  if (at + text.length > view.byteLength) return false;
  return Array.from(text).every((character, index) => {
    return view.getUint8(at + index) === character.charCodeAt(0);
  });
}

const UNKNOWN = { width: 0, height: 0 };

/** Read the header chunk, which is the first (PNG, section 5.6). @param {DataView} view */
function pngSize(view) {
  if (!holds(view, "IHDR", 12)) return UNKNOWN;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Read the first frame header (ITU T.81, section B.2.2). @param {DataView} view */
function jpegSize(view) {
  for (let at = 2; view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xff) at += 1;
    else at += 2 + (hasNoLength(marker) ? 0 : view.getUint16(at + 2));
  }
  return UNKNOWN;
}

/** SOF0 to SOF15, without DHT, JPG and DAC. @param {number} marker */
function isFrame(marker) {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** A marker without a length. @param {number} marker */
function hasNoLength(marker) {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/**
 * Return the size of the screen, or of the first image if it is larger, because browsers enlarge the
 * screen (GIF89a, sections 18 to 20).
 * @param {DataView} view
 */
function gifSize(view) {
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const flags = view.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  while (view.getUint8(at) === 0x21) at = afterBlocks(view, at + 2);
  if (view.getUint8(at) !== 0x2c) return UNKNOWN;
  const [left, top, width, height] = [1, 3, 5, 7].map((place) => view.getUint16(at + place, true));
  return {
    width: Math.max(screen.width, left + width),
    height: Math.max(screen.height, top + height),
  };
}

/**
 * @param {DataView} view
 * @param {number} start  of blocks, each after its length; an empty block ends them
 */
function afterBlocks(view, start) {
  let at = start;
  while (view.getUint8(at) > 0) at += 1 + view.getUint8(at);
  return at + 1;
}

/** Read the canvas of an extended file, or the only frame (RFC 9649). @param {DataView} view */
function webpSize(view) {
  if (holds(view, "VP8X", 12)) {
    return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  }
  if (holds(view, "VP8L", 12)) {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  if (!holds(view, "VP8 ", 12)) return UNKNOWN;
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/**
 * @param {DataView} view
 * @param {number} at
 */
function uint24(view, at) {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
}
