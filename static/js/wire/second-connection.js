/**
 * The second connection of a handover: when it is opened, and what happens when it fails.
 *
 * @typedef {import("socket.io-client").Socket} Socket
 */

import { retryDelay } from "./retry.js";

/** Maximum time for a handover, regardless of the time that the server announces. */
const MAX_SECONDS = 600;

/** Seconds after the announced time at which a first connection that did not end is replaced. */
const GRACE_SECONDS = 5;

/**
 * Return the time for a handover, or 0 if the server announced no usable one.
 * @param {unknown} seconds  of a `bye`
 */
export function handoverSeconds(seconds) {
  return Number.isFinite(seconds) ? Math.min(Math.max(Number(seconds), 0), MAX_SECONDS) : 0;
}

/**
 * Opens a socket after a random time, so that the viewers of a worker do not move at the same
 * moment. Tries again while the first connection stays open.
 */
export class SecondConnection {
  #until;
  #handover;
  #open;
  #attempts = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #overdueTimer;
  /** @type {Socket | undefined} */
  #socket = undefined;

  /**
   * @param {number} seconds  the time for which the first connection stays open
   * @param {import("./handover.js").Handover} handover
   * @param {() => Socket} open
   * @param {() => void} onOverdue  called when the first connection should have ended
   */
  constructor(seconds, handover, open, onOverdue) {
    this.#until = Date.now() + seconds * 1000;
    this.#handover = handover;
    this.#open = open;
    this.#timer = setTimeout(this.#connect, Math.random() * seconds * 500);
    this.#overdueTimer = setTimeout(onOverdue, (seconds + GRACE_SECONDS) * 1000);
  }

  /** End permanently. */
  stop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#overdueTimer);
    this.#drop();
  }

  /** Return the socket, which this object then leaves alone. */
  release() {
    clearTimeout(this.#overdueTimer);
    this.#socket?.off();
    return this.#socket;
  }

  #connect = () => {
    this.#handover.start();
    this.#socket = this.#open();
    this.#socket.on("disconnect", this.#retry);
    this.#socket.on("connect_error", this.#retry);
  };

  #drop() {
    this.#handover.cancel();
    this.#socket?.off().disconnect();
    this.#socket = undefined;
  }

  #retry = () => {
    this.#drop();
    const delay = retryDelay(this.#attempts++, Math.random());
    if (Date.now() + delay < this.#until) this.#timer = setTimeout(this.#connect, delay);
  };
}
