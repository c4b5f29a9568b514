/** How many requests arrived in the last minutes, in steps on a ring. No DOM in here. */

export const STEP_SECONDS = 5;
export const STEPS = 60;

export class Rate {
  #ring = new Array(STEPS).fill(0);
  #newest = 0;

  /** @param {number} now  milliseconds */
  count(now) {
    this.#turn(now);
    this.#ring[this.#newest % STEPS]++;
  }

  /**
   * The count of each step, the oldest first; the last one is still going on.
   * @param {number} now  milliseconds
   * @returns {number[]}
   */
  steps(now) {
    this.#turn(now);
    const start = (this.#newest + 1) % STEPS;
    return [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
  }

  /**
   * Empties the steps that have begun since. A clock that was set back counts into the newest.
   * @param {number} now
   */
  #turn(now) {
    const step = Math.floor(now / (STEP_SECONDS * 1000));
    const begun = Math.min(Math.max(step - this.#newest, 0), STEPS);
    this.#newest = Math.max(step, this.#newest);
    for (let at = 0; at < begun; at++) this.#ring[(this.#newest - at) % STEPS] = 0;
  }
}
