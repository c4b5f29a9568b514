/**
 * A bounded queue of events between the stream and the code that reads.
 *
 * @typedef {import("./events.js").InboxEvent} InboxEvent
 * @typedef {import("./events.js").Gap} Gap
 */

import { Digest } from "./digest.js";

export const MAX_REQUESTS = 10_000;
/** Maximum bytes of the bodies of all queued requests. */
export const MAX_BYTES = 256 * 2 ** 20;
/** Maximum queued events that are not requests. More are dropped, except gaps, which are merged. */
export const MAX_OTHER_EVENTS = 10_000;

/** Events in order. If it is full, new requests are dropped and a gap replaces them. */
export class Mailbox {
  /** A summary of all events so far. */
  digest = new Digest();
  /** Why no more events arrive. @type {Error | undefined} */
  ended = undefined;
  #maxRequests;
  #maxBytes;
  /** The queued events by their numbers, in order. @type {Map<number, InboxEvent>} */
  #events = new Map();
  /** The number of the newest event. */
  #newest = 0;
  #requests = 0;
  #bytes = 0;
  #others = 0;
  /** Called at the next change. @type {Set<() => void>} */
  #waiting = new Set();

  constructor(maxRequests = MAX_REQUESTS, maxBytes = MAX_BYTES) {
    this.#maxRequests = maxRequests;
    this.#maxBytes = maxBytes;
  }

  /** Add an event, unless the queue is full. @param {InboxEvent} event */
  put(event) {
    if (this.ended) return;
    this.digest.add(event);
    if (event.type === "gap") this.#putGap(event);
    else if (event.type !== "request") {
      if (this.#others < MAX_OTHER_EVENTS) this.#add(event);
    } else if (this.#hasRoomFor(event.body.size)) this.#add(event);
    else this.#putGap({ type: "gap", count: 1, reason: "overflow" });
    this.#wake();
  }

  /** Report the end of the stream. Queued events can still be taken. @param {Error} error */
  end(error) {
    this.ended ??= error;
    this.#wake();
  }

  /**
   * Return the number of the first queued event after another number, and that event, if any.
   * @param {number} number
   * @returns {[number, InboxEvent] | undefined}
   */
  after(number) {
    const [first = Number.POSITIVE_INFINITY] = this.#events.keys();
    for (let at = Math.max(first, number + 1); at <= this.#newest; at++) {
      const event = this.#events.get(at);
      if (event) return [at, event];
    }
  }

  /** Take an event from the queue; undefined if another reader took it. @param {number} number */
  take(number) {
    const event = this.#events.get(number);
    if (!event) return undefined;
    this.#events.delete(number);
    this.#count(event, -1);
    return event;
  }

  /** Wait for the next change, or until the signal aborts. @param {AbortSignal} signal */
  async changed(signal) {
    if (signal.aborted) return;
    await new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve(undefined);
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  #wake() {
    for (const done of [...this.#waiting]) done();
  }

  /** @param {number} size  of a body */
  #hasRoomFor(size) {
    return this.#requests < this.#maxRequests && this.#bytes + size <= this.#maxBytes;
  }

  /** Add a gap. Successive gaps are merged, to bound their number. @param {Gap} gap */
  #putGap(gap) {
    const last = this.#events.get(this.#newest);
    const isFull = this.#requests >= this.#maxRequests || this.#others >= MAX_OTHER_EVENTS;
    if (last?.type !== "gap" || (last.reason !== gap.reason && !isFull)) return this.#add(gap);
    const isKnown = last.count !== null && gap.count !== null;
    const count = isKnown ? (last.count ?? 0) + (gap.count ?? 0) : null;
    this.#events.set(this.#newest, { type: "gap", count, reason: last.reason });
  }

  /** @param {InboxEvent} event */
  #add(event) {
    this.#events.set(++this.#newest, event);
    this.#count(event, 1);
  }

  /** @param {InboxEvent} event @param {1 | -1} by */
  #count(event, by) {
    if (event.type === "request") {
      this.#requests += by;
      this.#bytes += by * event.body.size;
    } else this.#others += by;
  }
}
