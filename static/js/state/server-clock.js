/**
 * Estimates the server's clock, so that the age of a request counts from when the server received it.
 * Uses no DOM.
 */
export class ServerClock {
  /** Milliseconds by which this page's clock is ahead of the server's. */
  #ahead = 0;
  #outdated = true;

  /**
   * Compare the clocks by a time that the server has sent. The smallest difference is the best
   * estimate, because that message had the shortest delay; larger ones are ignored.
   * @param {string} moment  ISO 8601
   * @param {number} now     by this page's clock
   */
  note(moment, now) {
    const ahead = now - Date.parse(moment);
    if (!this.#outdated && ahead >= this.#ahead) return;
    this.#ahead = ahead;
    this.#outdated = false;
  }

  /** Discard the estimate at the next `note`: either clock may change while the page is disconnected. */
  distrust() {
    this.#outdated = true;
  }

  /**
   * Return the age of a moment in milliseconds, at least 0.
   * @param {string} moment  ISO 8601
   * @param {number} now     by this page's clock
   */
  age(moment, now) {
    return Math.max(0, now - this.#ahead - Date.parse(moment));
  }
}
