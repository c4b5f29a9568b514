/**
 * What senders got, found by the position of their request. No DOM in here.
 *
 * @typedef {object} SenderResponse
 * @property {number} status
 * @property {string} by  what decided it, one of BY
 *
 * @typedef {{epoch: string, seq: number}} Position
 */

import { byteCount } from "../text/format.js";

/** @type {Readonly<Record<string, string>>} */
const BY = {
  default: "(default)",
  reply: "(configured)",
  path: "(set by the path)",
  responder: "(from the responder)",
};

/** The newest are kept. A response may come long after its request, and for one that waits unseen. */
export class Responses {
  /** @type {Map<string, SenderResponse>} */
  #responses = new Map();
  #most;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  /** @param {number} most */
  set most(most) {
    this.#most = most;
    this.#makeRoom();
  }

  /** @param {Position & SenderResponse} responded */
  add({ epoch, seq, status, by }) {
    this.#responses.set(keyOf(epoch, seq), { status, by });
    this.#makeRoom();
  }

  /** @param {Position} request */
  get({ epoch, seq }) {
    return this.#responses.get(keyOf(epoch, seq));
  }

  #makeRoom() {
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= this.#most) return;
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
 * @param {number} [limit]  the server's, in bytes, where it is known
 */
export function responseText({ status, by }, { body }, limit = 0) {
  if (!body.complete) {
    const size = limit ? ` of ${byteCount(limit)}` : "";
    return `rejected ${status}: larger than this server’s limit${size}`;
  }
  return ["response", status, Object.hasOwn(BY, by) ? BY[by] : ""].join(" ").trim();
}

/**
 * The tone a status is shown in: what went well is quiet.
 * @param {number} status
 */
export function statusTone(status) {
  if (status < 300) return "quiet";
  if (status < 400) return "elsewhere";
  return status < 500 ? "refused" : "failed";
}
