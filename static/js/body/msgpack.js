/**
 * Decode MessagePack to JSON text. Does not use the DOM.
 *
 * The library reserves memory for the number of items that an array claims. So a check of all headers
 * comes first: it finds errors with their place, and limits depth and number of values. Keys get a
 * number in front while they are decoded, so that duplicates and their order stay and no key is
 * special to JavaScript, such as `__proto__`.
 *
 * @typedef {object} Decoded
 * @property {string} json      one JSON text per value
 * @property {number} count     values, one after the other
 * @property {string[]} notes   what JSON can't say
 */

import { decodeMulti } from "@msgpack/msgpack";
import { toHex } from "../text/encoding.js";
import { byteCount } from "../text/format.js";
import { findMsgpackError } from "./msgpack-check.js";

const MAX_HEX_BYTES = 256;
const TIMESTAMP = -1;

const NOTES = {
  binary: "Binary data is shown in hex.",
  extension: "Extension types are shown as their number and data.",
  time: "Timestamps are shown as dates.",
  number: "NaN and infinite numbers are shown as strings.",
  key: "Keys that are not strings are shown as strings.",
};

class Extension {
  /**
   * @param {number} type
   * @param {Uint8Array} data
   */
  constructor(type, data) {
    this.type = type;
    this.data = data;
  }
}

/**
 * Decode a body. Throws an error with a message for people.
 * @param {Uint8Array} bytes
 * @returns {Decoded}
 */
export function decodeMsgpack(bytes) {
  const problem = findMsgpackError(bytes);
  if (problem) throw new Error(problem);
  const notes = new Set();
  const lines = [];
  for (const value of decodeMulti(bytes, optionsFor(notes))) lines.push(jsonOf(value, notes));
  return { json: lines.join("\n"), count: lines.length, notes: [...notes] };
}

/** @param {Set<string>} notes */
function optionsFor(notes) {
  const text = new TextDecoder();
  let keys = 0;
  return {
    useBigInt64: true,
    context: undefined,
    keyDecoder: {
      canBeCached: () => true,
      /** @param {Uint8Array} bytes @param {number} start @param {number} length */
      decode: (bytes, start, length) =>
        `${keys++} ${text.decode(bytes.subarray(start, start + length))}`,
    },
    /** @param {unknown} key */
    mapKeyConverter: (key) => {
      if (key === "") return `${keys++} `; // the only string that does not come from the decoder
      if (typeof key === "string") return key;
      notes.add(NOTES.key);
      return `${keys++} ${jsonOf(key, notes)}`;
    },
    extensionCodec: {
      tryToEncode: () => null,
      /** @param {Uint8Array} data @param {number} type */
      decode: (data, type) => new Extension(type, data),
    },
  };
}

/**
 * @param {unknown} value
 * @param {Set<string>} notes
 * @returns {string}
 */
function jsonOf(value, notes) {
  if (Array.isArray(value)) return `[${value.map((each) => jsonOf(each, notes)).join(",")}]`;
  if (value instanceof Uint8Array) return binary(value, notes);
  if (value instanceof Extension) return extension(value, notes);
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, each]) => {
      return `${JSON.stringify(key.slice(key.indexOf(" ") + 1))}:${jsonOf(each, notes)}`;
    });
    return `{${fields.join(",")}}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "number" || Number.isFinite(value)) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  notes.add(NOTES.number);
  return JSON.stringify(String(value));
}

/**
 * @param {Uint8Array} bytes
 * @param {Set<string>} notes
 */
function binary(bytes, notes) {
  notes.add(NOTES.binary);
  const more = bytes.length > MAX_HEX_BYTES ? "…" : "";
  return JSON.stringify(
    `${byteCount(bytes.length)}: ${toHex(bytes.subarray(0, MAX_HEX_BYTES))}${more}`,
  );
}

/**
 * @param {Extension} extension
 * @param {Set<string>} notes
 */
function extension({ type, data }, notes) {
  const date = type === TIMESTAMP ? dateOf(data) : "";
  notes.add(date ? NOTES.time : NOTES.extension);
  return date ? JSON.stringify(date) : `{"type":${type},"data":${binary(data, notes)}}`;
}

/**
 * Return a timestamp with all its digits, or "" if it is not a timestamp or exceeds the dates of JavaScript.
 * @param {Uint8Array} data  4, 8 or 12 bytes
 */
function dateOf(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let [seconds, nanoseconds] = [0n, 0];
  if (data.length === 4) seconds = BigInt(view.getUint32(0));
  else if (data.length === 8) {
    nanoseconds = view.getUint32(0) >>> 2;
    seconds = view.getBigUint64(0) & 0x3ffffffffn;
  } else if (data.length === 12) [seconds, nanoseconds] = [view.getBigInt64(4), view.getUint32(0)];
  else return "";
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime()) || nanoseconds > 999_999_999) return "";
  const fraction = nanoseconds ? `.${String(nanoseconds).padStart(9, "0")}` : "";
  return date.toISOString().replace(/\.\d+/, fraction);
}
