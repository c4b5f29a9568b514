/**
 * Check captured requests and responses that come from a file or a link, which are not trusted. Each
 * function returns a new value with known fields only, or throws a `Problem`. Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").Body} Body
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {Omit<import("../wire/contract.js").Responded, "epoch" | "seq">} SenderResponse
 */

/** The reason why a file or a link cannot be shown, for people. */
export class Problem extends Error {}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: bytes read as Latin-1
const BYTES = /^[\x00-\xff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as the server decides between text and base64
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** @type {Record<string, RegExp>} */
const TEXTS = {
  uuid: /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/,
  epoch: /^[0-9A-Za-z]{1,64}$/,
  id: /^[\x21-\x7e]{1,500}$/,
  method: TOKEN,
  scheme: /^[a-z][a-z0-9+.-]{0,30}$/i,
  host: BYTES,
  path: /^\//,
  subpath: BYTES,
  query_string: BYTES,
  http_version: /^[\x21-\x7e]{0,30}$/,
  remote_addr: /^[\x20-\x7e]{0,300}$/,
};

/**
 * Check a captured request in the form of the contract.
 * @param {unknown} value
 * @returns {CapturedRequest}
 */
export function requestOf(value) {
  const wire = objectOf(value, "The request");
  for (const [name, pattern] of Object.entries(TEXTS)) {
    if (!pattern.test(textOf(wire[name], name))) throw new Problem(`Its ${name} is invalid.`);
  }
  const { path, subpath } = wire;
  if (!BYTES.test(path) || !path.endsWith(subpath)) throw new Problem("Its path is invalid.");
  const known = Object.fromEntries(Object.keys(TEXTS).map((name) => [name, wire[name]]));
  return /** @type {CapturedRequest} */ ({
    ...known,
    seq: countOf(wire.seq, "seq"),
    received_at: momentOf(wire.received_at, "received_at"),
    headers: linesOf(wire.headers, "headers"),
    ...(wire.trailers === undefined ? {} : { trailers: linesOf(wire.trailers, "trailers") }),
    body: bodyOf(wire.body),
  });
}

/**
 * Check a response in the form of the contract.
 * @param {unknown} value
 * @returns {SenderResponse}
 */
export function responseOf(value) {
  const { status, by, headers, body, seconds } = objectOf(value, "The response");
  const known = { status: statusOf(status), by: textOf(by, "by").slice(0, 30) };
  if (headers === undefined || body === undefined) return known;
  const isDuration = Number.isFinite(seconds) && seconds >= 0;
  return {
    ...known,
    headers: linesOf(headers, "headers"),
    body: bodyOf(body),
    ...(isDuration ? { seconds } : {}),
  };
}

/** @param {unknown} value */
export function statusOf(value) {
  const status = countOf(value, "status");
  if (status < 100 || status > 999) throw new Problem("Its status is invalid.");
  return status;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Record<string, any>}
 */
export function objectOf(value, name) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Problem(`${name} is not an object.`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
export function textOf(value, name) {
  if (typeof value === "string") return value;
  throw new Problem(`Its ${name} is missing, or not text.`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function countOf(value, name) {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new Problem(`Its ${name} is not a whole number.`);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
export function momentOf(value, name) {
  const text = textOf(value, name);
  if (text.length <= 40 && Number.isFinite(Date.parse(text))) return text;
  throw new Problem(`Its ${name} is not a time.`);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {HeaderLine[]}
 */
function linesOf(value, name) {
  if (!Array.isArray(value)) throw new Problem(`Its ${name} are not a list.`);
  return value.map((line) => {
    const isPair = Array.isArray(line) && line.length === 2;
    if (!isPair || !line.every((part) => typeof part === "string")) {
      throw new Problem(`One of its ${name} is not a name and a value.`);
    }
    const [field, written] = line;
    if (!TOKEN.test(field) || !FIELD_VALUE.test(written)) {
      throw new Problem(`HTTP cannot carry one of its ${name}.`);
    }
    return [field, written];
  });
}

/**
 * @param {unknown} value
 * @returns {Body}
 */
function bodyOf(value) {
  const { size, encoding, content, complete } = objectOf(value, "Its body");
  if (complete === false) {
    return { size: countOf(size, "body"), encoding: "utf-8", content: "", complete: false };
  }
  return encoding === "base64"
    ? bodyOfBase64(textOf(content, "body"))
    : bodyOfText(textOf(content, "body"));
}

/**
 * Return the body with these bytes, as the server encodes it.
 * @param {string} written
 * @returns {Body}
 */
export function bodyOfText(written) {
  const text = written.replace(/\p{Surrogate}/gu, "\ufffd"); // as TextEncoder does
  const bytes = new TextEncoder().encode(text);
  const isReadable = !CONTROL.test(text);
  return isReadable
    ? { size: bytes.length, encoding: "utf-8", content: text, complete: true }
    : { size: bytes.length, encoding: "base64", content: base64(bytes), complete: true };
}

/**
 * Return the body with these bytes, as the server encodes it.
 * @param {string} content  base64
 * @returns {Body}
 */
export function bodyOfBase64(content) {
  const bytes = bytesOfBase64(content);
  if (!bytes) throw new Problem("Its body is not base64.");
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!CONTROL.test(text)) return bodyOfText(text);
  } catch {} // not UTF-8
  return { size: bytes.length, encoding: "base64", content, complete: true };
}

/**
 * Return the bytes, or null if the text is not base64.
 * @param {string} text
 */
export function bytesOfBase64(text) {
  if (text.length % 4 || /[^A-Za-z0-9+/=]/.test(text)) return null;
  let binary;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  return btoa(inLatin1(bytes));
}

/** Bytes of a step of `inLatin1`: functions have a maximum number of arguments. */
const STEP = 0x8000;

/**
 * Read bytes as Latin-1.
 * @param {Uint8Array} bytes
 */
export function inLatin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) {
    text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  }
  return text;
}
