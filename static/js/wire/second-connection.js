/**
 * The second connection of a handover: when it is opened, and what happens when it fails.
 *
 * @typedef {import("socket.io-client").Socket} Socket
 */

import { retryDelay } from "./retry.js";

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
  /** @type {Socket | undefined} */
  #socket = undefined;

  /**
   * @param {number} seconds  the time for which the first connection stays open
   * @param {import("./handover.js").Handover} handover
   * @param {() => Socket} open
   */
  constructor(seconds, handover, open) {
    this.#until = Date.now() + seconds * 1000;
    this.#handover = handover;
    this.#open = open;
    this.#timer = setTimeout(this.#connect, Math.random() * seconds * 500);
  }

  /** End permanently. */
  stop() {
    clearTimeout(this.#timer);
    this.#handover.cancel();
    this.#socket?.off().disconnect();
    this.#socket = undefined;
  }

  /** Return the socket, which this object then leaves alone. */
  release() {
    this.#socket?.off();
    return this.#socket;
  }

  #connect = () => {
    this.#handover.start();
    this.#socket = this.#open();
    this.#socket.on("disconnect", this.#retry);
    this.#socket.on("connect_error", this.#retry);
  };

  #retry = () => {
    this.stop();
    const delay = retryDelay(this.#attempts++, Math.random());
    if (Date.now() + delay < this.#until) this.#timer = setTimeout(this.#connect, delay);
  };
}
