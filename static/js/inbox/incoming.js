/**
 * Turns what a stream reports into the events of an inbox: each request once, and the gaps.
 *
 * @typedef {import("../wire/contract.js").Sink} Sink
 * @typedef {import("./events.js").ConnectionStatus} ConnectionStatus
 */

import { Position } from "../state/position.js";
import { InboxRequest } from "./request.js";

/** Number of ids kept to detect duplicates: a load balancer retries within seconds. */
const IDS_KEPT = 1000;

/** Maximum responses remembered by position: after a handover, some come twice. */
const RESPONSES_KEPT = 10_000;

/** The sink of a stream, which puts events into a mailbox. @implements {Sink} */
export class Incoming {
  /** The URL for senders, if the server has reported it. */
  callbackUrl = "";
  /** @type {ConnectionStatus} */
  connection = { type: "connection", state: "connecting", message: "" };
  /** @type {import("./events.js").RespondingEvent | undefined} */
  responding = undefined;
  #mailbox;
  #onRefused;
  #position = new Position();
  #ids = new Recent(IDS_KEPT);
  #responses = new Recent(RESPONSES_KEPT);

  /**
   * @param {import("./mailbox.js").Mailbox} mailbox
   * @param {(link: import("../wire/contract.js").Link) => void} onRefused  the stream has ended
   */
  constructor(mailbox, onRefused) {
    this.#mailbox = mailbox;
    this.#onRefused = onRefused;
  }

  /** @param {import("../wire/contract.js").Joined} joined */
  joined({ epoch, seq, missed, recovered = 0, callback_url = "" }) {
    this.callbackUrl = callback_url || this.callbackUrl;
    this.#position.start({ epoch, seq });
    if (missed !== 0) this.#mailbox.put({ type: "gap", count: missed, reason: "disconnected" });
    if (recovered > 0) this.#mailbox.put({ type: "recovered", count: recovered });
    this.#report({ type: "connection", state: "live", message: "" });
  }

  /** @param {import("../wire/contract.js").CapturedRequest} wire */
  requestArrived(wire) {
    const missed = this.#position.follow(wire);
    if (missed !== 0) this.#mailbox.put({ type: "gap", count: missed, reason: "skipped" });
    if (this.#ids.add(wire.id)) this.#mailbox.put(new InboxRequest(wire));
  }

  /** @param {import("../wire/contract.js").Responded} responded */
  requestResponded(responded) {
    const { epoch, seq } = responded;
    if (this.#responses.add(`${epoch} ${seq}`)) {
      this.#mailbox.put({ type: "responded", ...responded });
    }
  }

  /** @param {import("../wire/contract.js").Refused} refused */
  requestsRefused(refused) {
    this.#mailbox.put({ type: "refused", ...refused });
  }

  /** @param {import("../wire/contract.js").Responding} responding */
  respondingChanged({ active, reason, message }) {
    const before = this.responding;
    this.responding = { type: "responding", active, reason, message };
    if (before?.active !== active || before.reason !== reason) this.#mailbox.put(this.responding);
  }

  /** @param {import("../wire/contract.js").Link} link */
  linkChanged(link) {
    const { state, message, reason } = link;
    this.#report({ type: "connection", state, message, ...(reason && { reason }) });
    if (state === "refused") this.#onRefused(link);
  }

  /** Report a status, unless it is the current one. @param {ConnectionStatus} status */
  #report(status) {
    const { state, message } = this.connection;
    this.connection = status;
    if (state !== status.state || message !== status.message) this.#mailbox.put(status);
  }
}

/** A set that drops its oldest values. */
class Recent {
  #limit;
  #values = new Set();

  /** @param {number} limit */
  constructor(limit) {
    this.#limit = limit;
  }

  /** Add a value, and return whether it is new. @param {string} value */
  add(value) {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    if (this.#values.size > this.#limit) {
      const [oldest] = this.#values;
      this.#values.delete(oldest);
    }
    return true;
  }
}
