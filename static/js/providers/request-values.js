/**
 * The values of a request at the locations of the registry: "header:X-Event", "json:/data/type", …
 * Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {Omit<PickedRequest, "body"> & {body: import("../body/body.js").Body}} ReadableRequest
 * @typedef {Pick<CapturedRequest, "method" | "scheme" | "host" | "path" | "subpath" | "query_string" | "headers" | "body" | "received_at">} PickedRequest
 *
 * @typedef {object} Given  values that are not in the request
 * @property {Record<string, string>} [options]  entered by the user
 * @property {string} [timestamp]  of the signature, as sent
 */

import { bytesOf } from "../body/body.js";
import { utf8 } from "../text/encoding.js";
import { bytesOfLine, inAscii, mediaTypeOf, textOfLine, trimOws } from "../wire/captured.js";
import { FORM_TYPE, firstOfEach, formText, pairsWithin, sortedPairs } from "./form-pairs.js";
import { jsonText, valueAtPointer } from "./json-pointer.js";
import { fill, parseTemplate } from "./template.js";

/** Larger bodies are not parsed. */
export const MAX_PARSED_BYTES = 256 * 1024;

/** Longer values, in UTF-8, match no pattern, and are neither shown nor sent back. */
export const MAX_SHORT_BYTES = 1024;

/** Maximum headers that a header may list. */
const MAX_LISTED = 100;

/** Locations in the head of a request, whose bytes are read as Latin-1. */
const HEAD = /^(?:host$|target$|url$|endpoint$|method$|header:|signed:)/;

/** @type {RequestValues | undefined} */
let latest;

/**
 * Return the values of a captured request. Those of the latest request are kept, because a row asks for
 * them several times, and parsing its body takes most of the time.
 * @param {CapturedRequest} request
 */
export function valuesIn(request) {
  if (latest?.request !== request) latest = new RequestValues(request);
  return latest;
}

export class RequestValues {
  /** @type {Map<string, unknown>} of JSON in form fields, parsed, by field */
  #jsonFields = new Map();
  /** @type {Map<string, string> | undefined} by lower-case name */
  #headers;
  /** @type {Map<string, string> | undefined} */
  #query;
  /** @type {[string, string][] | undefined} */
  #pairs;
  /** @type {Map<string, string> | undefined} */
  #form;
  /** @type {string | null | undefined} */
  #text;
  /** @type {{value: unknown} | undefined} */
  #json;

  /**
   * @param {ReadableRequest} request
   * @param {Given} [given]
   */
  constructor(request, given = {}) {
    this.request = request;
    this.given = given;
  }

  /**
   * Return the values of the same request with another body.
   * @param {Uint8Array} bytes
   */
  withBody(bytes) {
    const { length: size } = bytes;
    const body = {
      size,
      encoding: /** @type {const} */ ("base64"),
      content: "",
      complete: true,
      bytes,
    };
    const known = { ...body, text: "", note: "" };
    return new RequestValues({ ...this.request, body: known }, this.given);
  }

  /**
   * Return the value at a location as text, or undefined if it is missing.
   * @param {string} location
   */
  text(location) {
    if (location === "body") return this.bodyText ?? undefined;
    const value = this.#valueAt(location);
    return value !== undefined && HEAD.test(location) ? textOfLine(value) : value;
  }

  /**
   * Return the value at a location as it is signed, or undefined if it is missing.
   * @param {string} location
   * @returns {string | Uint8Array | undefined}
   */
  signed(location) {
    if (location === "body") return bytesOf(this.request.body);
    const value = this.#valueAt(location);
    return value !== undefined && HEAD.test(location) ? bytesOfLine(value) : value;
  }

  /**
   * Fill a template with texts, or return undefined if one is missing.
   * @param {string} template
   */
  filled(template) {
    return fill(parseTemplate(template), (location) => this.text(location))?.join("");
  }

  /**
   * @param {string} location
   * @returns {string | undefined}
   */
  #valueAt(location) {
    const colon = location.indexOf(":");
    const name = location.slice(colon + 1);
    switch (colon < 0 ? location : location.slice(0, colon)) {
      case "header":
        return this.header(name);
      case "json":
        return jsonText(this.json(name));
      case "form":
        return colon < 0 ? this.#sortedForm() : this.#formValue(name);
      case "query":
        return colon < 0 ? this.#sortedQuery() : this.query(name);
      case "option":
        return this.given.options?.[name];
      case "signed":
        return this.#signedLines(name);
      case "timestamp":
        return this.given.timestamp;
      default:
        return this.#headValue(location);
    }
  }

  /** @param {string} location */
  #headValue(location) {
    const { method, scheme, host, path, query_string } = this.request;
    const target = path + (query_string && `?${query_string}`);
    /** @type {Record<string, string>} */
    const values = { method, host, target, url: `${scheme}://${host}${target}` };
    values.endpoint = `${scheme}://${host}${path}`;
    return Object.hasOwn(values, location) ? values[location] : undefined;
  }

  /**
   * Return the value of the first header line with this name, its bytes read as Latin-1.
   * @param {string} name
   */
  header(name) {
    return this.headers.get(name.toLowerCase());
  }

  /** The values of the first header lines, by lower-case name. */
  get headers() {
    this.#headers ??= firstOfEach(
      this.request.headers.map(([each, value]) => [each.toLowerCase(), value]),
    );
    return this.#headers;
  }

  /**
   * Return the header lines that a header lists: "name:value;name:value".
   * @param {string} list  name of the header
   */
  #signedLines(list) {
    const names = this.header(list)
      ?.split(",", MAX_LISTED + 1)
      .map((name) => trimOws(name).toLowerCase());
    if (names && names.length > MAX_LISTED) return;
    return names?.map((name) => `${name}:${trimOws(this.header(name) ?? "")}`).join(";");
  }

  /** @param {string} name */
  query(name) {
    this.#query ??= firstOfEach(this.#parameters());
    return this.#query.get(name);
  }

  #parameters() {
    return pairsWithin(inAscii(this.request.query_string));
  }

  #sortedQuery() {
    const pairs = sortedPairs(this.#parameters()).map((pair) => pair.join("="));
    return pairs.length ? pairs.join("&") : undefined;
  }

  /** @param {string} name */
  form(name) {
    this.#form ??= firstOfEach(this.#formPairs());
    return this.#form.get(name);
  }

  /**
   * Return the JSON value at a pointer, or undefined.
   * @param {string} pointer
   */
  json(pointer) {
    this.#json ??= { value: parsed(this.bodyText) };
    return valueAtPointer(this.#json.value, pointer);
  }

  /** The text of the body, or null if it is too large to be parsed, or not UTF-8. */
  get bodyText() {
    if (this.#text === undefined) this.#text = textOf(this.request.body);
    return this.#text;
  }

  #formPairs() {
    const isForm = mediaTypeOf(this.header("content-type") ?? "") === FORM_TYPE;
    this.#pairs ??=
      isForm && isParsed(this.request.body) ? pairsWithin(formText(this.request.body)) : [];
    return this.#pairs;
  }

  #sortedForm() {
    return sortedPairs(this.#formPairs()).flat().join("");
  }

  /** @param {string} name  "payload", or "payload#/type" for JSON in a field */
  #formValue(name) {
    const hash = name.indexOf("#");
    if (hash < 0) return this.form(name);
    const field = name.slice(0, hash);
    if (!this.#jsonFields.has(field)) this.#jsonFields.set(field, parsed(this.form(field) ?? ""));
    return jsonText(valueAtPointer(this.#jsonFields.get(field), name.slice(hash + 1)));
  }
}

/** @param {string} text */
export function isShort(text) {
  if (text.length > MAX_SHORT_BYTES) return false;
  return 3 * text.length <= MAX_SHORT_BYTES || utf8(text).length <= MAX_SHORT_BYTES;
}

/** @param {import("../wire/captured.js").Body} body */
function isParsed({ complete, size }) {
  return complete && size <= MAX_PARSED_BYTES;
}

/** @param {import("../wire/captured.js").Body} body */
function textOf(body) {
  if (!isParsed(body)) return null;
  if (body.encoding === "utf-8") return body.content;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(body));
  } catch {
    return null;
  }
}

/**
 * Parse an object or an array; no other JSON has members.
 * @param {string | null} text
 */
function parsed(text) {
  if (!text || !/^\ufeff?[ \t\r\n]*[[{]/.test(text)) return;
  try {
    return JSON.parse(text[0] === "\ufeff" ? text.slice(1) : text); // a byte order mark
  } catch {
    return undefined;
  }
}
