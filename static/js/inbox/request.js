/** A captured request, with methods that read its body. */

import { read } from "../body/charset.js";
import { codingsOf, decodeContent } from "../body/content-coding.js";
import { addDecoderChunks } from "../body/decoders/chunks.js";
import { headerOf, mediaType, queryOf } from "../wire/captured.js";

/**
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 */

addDecoderChunks();

/** One HTTP request that reached the callback, with the fields of the contract. */
export class InboxRequest {
  /** Distinguishes it from the other events of an inbox. */
  type = /** @type {const} */ ("request");

  /** @param {CapturedRequest} wire */
  constructor(wire) {
    this.uuid = wire.uuid;
    this.epoch = wire.epoch;
    this.seq = wire.seq;
    this.id = wire.id;
    /** ISO 8601 with microseconds, UTC. */
    this.received_at = wire.received_at;
    this.method = wire.method;
    this.scheme = wire.scheme;
    this.host = wire.host;
    /** Raw, percent-escapes kept. */
    this.path = wire.path;
    /** The part of `path` after the callback's UUID: "" or "/orders". */
    this.subpath = wire.subpath;
    /** Raw, without the question mark. */
    this.query_string = wire.query_string;
    this.http_version = wire.http_version;
    this.remote_addr = wire.remote_addr;
    /** All header lines, in order. */
    this.headers = wire.headers;
    /** The trailer lines of a chunked body; usually none. */
    this.trailers = wire.trailers ?? [];
    /** The body as it came over the wire. */
    this.body = wire.body;
  }

  /** The query parameters, decoded, in order. @returns {[string, string][]} */
  get query() {
    return queryOf(this);
  }

  /** The media type in lower case: "application/json" for "Application/JSON; charset=utf-8". */
  get mediaType() {
    return mediaType(this);
  }

  /**
   * Return the value of the first header line with this name, in upper or lower case; "" without one.
   * @param {string} name
   */
  header(name) {
    return headerOf(this, name);
  }

  /**
   * Return the values of all header lines with this name, in upper or lower case.
   * @param {string} name
   * @returns {string[]}
   */
  headerLines(name) {
    const wanted = name.toLowerCase();
    return this.headers.flatMap(([each, value]) => (each.toLowerCase() === wanted ? [value] : []));
  }

  /** The bytes of the body as sent, as signatures need them. Empty if it was over the limit. */
  get bytes() {
    const { encoding, content } = this.body;
    if (encoding === "utf-8") return new TextEncoder().encode(content);
    return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  }

  /**
   * Return the bytes of the body without content codings such as gzip.
   * @throws {RangeError} if they can't be decoded, are too large, or were over the server's limit
   */
  async content() {
    if (!this.body.complete) {
      throw new RangeError(`The body of ${this.body.size} bytes was over the server's limit.`);
    }
    // A body that merely begins like gzip stays as it was sent: only the header names a coding.
    const codings = this.header("content-encoding") ? codingsOf(this) : [];
    const { bytes, problem } = await decodeContent(this.bytes, codings);
    if (problem) throw new RangeError(`The body was sent as ${codings.join(", ")}: ${problem}`);
    return bytes;
  }

  /**
   * Return the body as text: decoded by its charset, else as UTF-8, without its content codings.
   * @throws {RangeError} like `content()`
   */
  async text() {
    const { text } = read(await this.content(), this.header("content-type"));
    return text.replace(/^\ufeff/, "");
  }

  /**
   * Return the body as JSON.
   * @returns {Promise<any>}
   * @throws {SyntaxError} if it is not JSON, and a RangeError like `content()`
   */
  async json() {
    return JSON.parse(await this.text());
  }
}
