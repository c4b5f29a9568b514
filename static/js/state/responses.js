/**
 * The responses that senders received, by the position of their request. Uses no DOM.
 *
 * @typedef {object} SenderResponse
 * @property {number} status
 * @property {string} by  source of the response, usually one of SOURCES
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

/** Keeps the newest responses. A response can arrive long after its request, or while that waits. */
export class Responses {
  /** @type {Map<string, SenderResponse>} */
  #responses = new Map();
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
  add({ epoch, seq, status, by }) {
    this.#responses.set(keyOf(epoch, seq), { status, by });
    this.#dropOldest();
  }

  /** @param {Position} request */
  get({ epoch, seq }) {
    return this.#responses.get(keyOf(epoch, seq));
  }

  #dropOldest() {
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= this.#limit) return;
      this.#responses.delete(oldest);
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
  if (!body.complete) {
    const size = limit ? ` of ${byteCount(limit)}` : "";
    return `rejected ${status}: larger than this server’s limit${size}`;
  }
  return ["response", status, Object.hasOwn(SOURCES, by) ? SOURCES[by] : ""].join(" ").trim();
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
