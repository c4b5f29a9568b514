/** Check the headers of MessagePack before it is decoded. Does not use the DOM. */

const MAX_DEPTH = 100;
const MAX_VALUES = 200_000;

/** Formats with a fixed number of bytes after their first one: nil, booleans, numbers, fixext. */
const FIXED = new Map([
  ...[0xc0, 0xc2, 0xc3].map((byte) => /** @type {[number, number]} */ ([byte, 0])),
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17].map((size, at) => {
    return /** @type {[number, number]} */ ([0xca + at, size]);
  }),
]);

/** Formats with a length after their first byte: the size of the length, and what it counts. */
const COUNTED = new Map(
  /** @type {[number, [size: number, kind: "bytes" | "ext" | "array" | "map"]][]} */ ([
    ...[0xc4, 0xc5, 0xc6].map((byte, at) => [byte, [2 ** at, "bytes"]]),
    ...[0xc7, 0xc8, 0xc9].map((byte, at) => [byte, [2 ** at, "ext"]]),
    ...[0xd9, 0xda, 0xdb].map((byte, at) => [byte, [2 ** at, "bytes"]]),
    ...[0xdc, 0xdd].map((byte, at) => [byte, [2 ** (at + 1), "array"]]),
    ...[0xde, 0xdf].map((byte, at) => [byte, [2 ** (at + 1), "map"]]),
  ]),
);

/**
 * Return why bytes are not MessagePack, or are more than is shown, with the place, or "".
 * @param {Uint8Array} bytes
 */
export function findMsgpackError(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** Values that are missing in each open array or map, the innermost last. @type {number[]} */
  const open = [];
  let missing = 0; // in all of them
  let at = 0;
  for (let values = 0; at < bytes.length || missing > 0; values++) {
    if (values === MAX_VALUES)
      return `It has more than ${MAX_VALUES.toLocaleString("en-US")} values.`;
    const value = at < bytes.length ? headerAt(view, at) : null;
    if (!value) return ends(bytes.length);
    if (value === "unknown") return `Byte ${place(at)} begins no MessagePack value.`;
    if (value.end > bytes.length) return ends(bytes.length);
    if (missing > 0) missing--;
    if (open.length > 0) open[open.length - 1]--;
    missing += value.children;
    if (missing > bytes.length - value.end) {
      return `The value at byte ${place(at)} claims more items than there are bytes.`;
    }
    at = value.end;
    if (value.children > 0) open.push(value.children);
    if (open.length > MAX_DEPTH) return `It is nested more than ${MAX_DEPTH} levels deep.`;
    while (open.at(-1) === 0) open.pop();
  }
  return "";
}

/**
 * Read the header of a value: its end and the number of its children. Null: it is truncated.
 * @param {DataView} view
 * @param {number} at
 * @returns {{end: number, children: number} | "unknown" | null}
 */
function headerAt(view, at) {
  const byte = view.getUint8(at);
  const next = at + 1;
  if (byte < 0x80 || byte >= 0xe0) return { end: next, children: 0 };
  if (byte < 0x90) return { end: next, children: 2 * (byte - 0x80) };
  if (byte < 0xa0) return { end: next, children: byte - 0x90 };
  if (byte < 0xc0) return { end: next + byte - 0xa0, children: 0 };
  const fixed = FIXED.get(byte);
  if (fixed !== undefined) return { end: next + fixed, children: 0 };
  const [size, kind] = COUNTED.get(byte) ?? [0, "bytes"];
  if (size === 0) return "unknown";
  const start = next + size;
  if (start > view.byteLength) return null;
  const length =
    size === 1 ? view.getUint8(next) : size === 2 ? view.getUint16(next) : view.getUint32(next);
  if (kind === "array") return { end: start, children: length };
  if (kind === "map") return { end: start, children: 2 * length };
  return { end: start + length + (kind === "ext" ? 1 : 0), children: 0 };
}

/** @param {number} length */
function ends(length) {
  return `It ends too early, after ${place(length)} bytes.`;
}

/** @param {number} at */
function place(at) {
  return at.toLocaleString("en-US");
}
