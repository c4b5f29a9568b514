/**
 * The server's clock, as far as a page can know it: the age of a request counts from the moment at
 * which the server received it. No DOM in here.
 */
export class ServerClock {
  /** How far this page's clock is ahead of the server's, in milliseconds. */
  #ahead = 0;
  #outdated = true;

  /**
   * Compare the clocks: a moment that the server named arrives. Of several the one that took least
   * on its way is the best measure; one that took long changes nothing.
   * @param {string} moment  ISO 8601
   * @param {number} now     by this page's clock
   */
  note(moment, now) {
    const ahead = now - Date.parse(moment);
    if (!this.#outdated && ahead >= this.#ahead) return;
    this.#ahead = ahead;
    this.#outdated = false;
  }

  /** Compare them again at the next moment: either may be set while the page is not connected. */
  distrust() {
    this.#outdated = true;
  }

  /**
   * How long ago that was, in milliseconds; nothing is younger than now.
   * @param {string} moment  ISO 8601
   * @param {number} now     by this page's clock
   */
  age(moment, now) {
    return Math.max(0, now - this.#ahead - Date.parse(moment));
  }
}
