/** A wait that ends after a time, or when the caller's signal aborts. */

import { Invalid } from "./errors.js";

/** The maximum delay of a timer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class Limit {
  #controller = new AbortController();
  #timeout;
  #error;
  #given;

  /**
   * @param {number} timeout  milliseconds
   * @param {() => Error} error  returns the error after that time
   * @param {AbortSignal} [given]
   */
  constructor(timeout, error, given) {
    if (!(timeout >= 0)) throw new Invalid("The timeout must be a number of milliseconds.");
    this.#timeout = timeout;
    this.#error = error;
    this.#given = given;
  }

  /** Aborts when the wait ends. */
  get signal() {
    return this.#controller.signal;
  }

  /**
   * Resolve like the promise, unless the time is over.
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  async race(promise) {
    promise.catch(() => {}); // it rejects once more when the signal aborts
    const given = this.#given;
    given?.throwIfAborted();
    /** @type {() => void} */
    let stop = () => {};
    /** @type {Promise<never>} */
    const end = new Promise((_, reject) => {
      const timer =
        this.#timeout <= MAX_TIMEOUT_MS
          ? setTimeout(() => reject(this.#error()), this.#timeout)
          : undefined;
      const abort = () => reject(given?.reason);
      given?.addEventListener("abort", abort);
      stop = () => {
        clearTimeout(timer);
        given?.removeEventListener("abort", abort);
      };
    });
    try {
      return await Promise.race([promise, end]);
    } finally {
      stop();
      this.#controller.abort();
    }
  }
}
