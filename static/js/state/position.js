/**
 * The position in a callback's stream, which detects missing requests. Uses no DOM.
 *
 * @typedef {{epoch: string, seq: number}} Place
 */

export class Position {
  /** @type {Place | null} */
  #at = null;

  /**
   * Start at a position. The server has counted the requests missed before it.
   * @param {Place} place
   */
  start({ epoch, seq }) {
    this.#at = { epoch, seq };
  }

  /**
   * Advance to a request. Return the number of requests missing before it, or null if the epoch has
   * changed, so that they can't be counted.
   * @param {Place} place
   */
  follow({ epoch, seq }) {
    const at = this.#at;
    if (!at || at.epoch !== epoch || seq > at.seq) this.#at = { epoch, seq };
    if (!at) return 0;
    return at.epoch === epoch ? Math.max(0, seq - at.seq - 1) : null;
  }
}
