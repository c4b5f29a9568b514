/** A wait that ends after a time, or when the caller's signal aborts. */

import { Invalid } from "./errors.js";

/** The maximum delay of a timer. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class Limit {
  #controller = new AbortController();
  #timeout;
  #error;
  #given;
  #stop = () => {};

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
    try {
      this.#given?.throwIfAborted();
      return await Promise.race([promise, this.#end()]);
    } finally {
      this.#stop();
      this.#controller.abort();
    }
  }

  /** @returns {Promise<never>} */
  #end() {
    return new Promise((_, reject) => {
      const abort = () => reject(this.#given?.reason);
      this.#given?.addEventListener("abort", abort);
      const isLimited = this.#timeout <= MAX_TIMEOUT_MS;
      const timer = isLimited && setTimeout(() => reject(this.#error()), this.#timeout);
      this.#stop = () => {
        if (timer) clearTimeout(timer);
        this.#given?.removeEventListener("abort", abort);
      };
    });
  }
}
