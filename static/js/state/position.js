/**
 * The position in a callback's stream, and what is missing before it. No DOM in here.
 *
 * @typedef {{epoch: string, seq: number}} Place
 */

export class Position {
  /** @type {Place | null} */
  #at = null;

  /**
   * Start here: the server has counted what was missed before.
   * @param {Place} place
   */
  start({ epoch, seq }) {
    this.#at = { epoch, seq };
  }

  /**
   * Go on to a request; return how many are missing before it, or null where the counting has
   * changed, so that nobody can tell.
   * @param {Place} place
   */
  follow({ epoch, seq }) {
    const at = this.#at;
    if (!at || at.epoch !== epoch || seq > at.seq) this.#at = { epoch, seq };
    if (!at) return 0;
    return at.epoch === epoch ? Math.max(0, seq - at.seq - 1) : null;
  }
}
