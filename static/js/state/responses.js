/**
 * The responses that senders received, by the position of their request. Uses no DOM.
 *
 * @typedef {object} SenderResponse
 * @property {number} status
 * @property {string} by  source of the response, usually one of SOURCES
 * @property {import("../wire/contract.js").HeaderLine[]} [headers]  only if the server reports them
 * @property {import("../wire/contract.js").Body} [body]
 * @property {number} [seconds]  from the arrival of the request
 *
 * @typedef {{epoch: string, seq: number}} Position
 */

import { byteCount } from "../text/format.js";

/** @type {Readonly<Record<string, string>>} */
const SOURCES = {
  default: "(default)",
  reply: "(configured)",
  path: "(set by the path)",
  handshake: "(handshake)",
  responder: "(from the responder)",
};

/** @type {Readonly<Record<string, string>>} */
const DECISIONS = {
  default: "by default",
  reply: "from the configured reply",
  path: "set by the path of the request",
  handshake: "from the server, which responded to a handshake",
  responder: "from the responder",
};

/** Maximum characters of the headers and bodies that are kept. */
const MAX_CHARACTERS = 16 * 2 ** 20;

/** Keeps the newest responses, and the details of the newest of them. A response can arrive long after its request, or while that waits. */
export class Responses {
  /** @type {Map<string, SenderResponse>} */
  #responses = new Map();
  /** Characters of the details, by the key of the response. @type {Map<string, number>} */
  #sizes = new Map();
  #characters = 0;
  #limit;

  /** @param {number} limit */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @param {number} limit */
  set limit(limit) {
    this.#limit = limit;
    this.#dropOldest();
  }

  /** @param {Position & SenderResponse} responded */
  add({ epoch, seq, status, by, headers, body, seconds }) {
    const key = keyOf(epoch, seq);
    this.#forgetDetails(key);
    if (headers && body) {
      this.#responses.set(key, { status, by, headers, body, seconds });
      this.#countDetails(key, body.content.length + headers.flat().join("").length);
    } else {
      this.#responses.set(key, { status, by });
    }
    this.#dropOldest();
  }

  /** @param {Position} request */
  get({ epoch, seq }) {
    return this.#responses.get(keyOf(epoch, seq));
  }

  /**
   * @param {string} key
   * @param {number} characters
   */
  #countDetails(key, characters) {
    this.#sizes.set(key, characters);
    this.#characters += characters;
    for (const oldest of this.#sizes.keys()) {
      if (this.#characters <= MAX_CHARACTERS) return;
      const { status, by } = /** @type {SenderResponse} */ (this.#responses.get(oldest));
      this.#responses.set(oldest, { status, by });
      this.#forgetDetails(oldest);
    }
  }

  /** @param {string} key */
  #forgetDetails(key) {
    this.#characters -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
  }

  #dropOldest() {
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= this.#limit) return;
      this.#responses.delete(oldest);
      this.#forgetDetails(oldest);
    }
  }
}

/**
 * @param {string} epoch
 * @param {number} seq
 */
function keyOf(epoch, seq) {
  return `${seq} ${epoch}`;
}

/**
 * "response 503 (configured)", or "rejected 413: …" if the body was too large.
 * @param {SenderResponse} response
 * @param {{body: import("../wire/contract.js").Body}} request
 * @param {number} [limit]  the server's maximum body size in bytes; 0 if unknown
 */
export function responseText({ status, by }, { body }, limit = 0) {
  if (!body.complete && status === 413) {
    const size = limit ? ` of ${byteCount(limit)}` : "";
    return `rejected ${status}: larger than this server’s limit${size}`;
  }
  return ["response", status, Object.hasOwn(SOURCES, by) ? SOURCES[by] : ""].join(" ").trim();
}

/**
 * Name the source of a response: "from the configured reply".
 * @param {string} by
 * @param {string} [provider]  the provider of a handshake
 */
export function decidedBy(by, provider) {
  if (by === "handshake" && provider) {
    return `from the server, which responded to the handshake of ${provider}`;
  }
  return Object.hasOwn(DECISIONS, by) ? DECISIONS[by] : "";
}

/**
 * Return the color tone of a status; success is "quiet".
 * @param {number} status
 */
export function statusTone(status) {
  if (status < 300) return "quiet";
  if (status < 400) return "elsewhere";
  return status < 500 ? "refused" : "failed";
}
