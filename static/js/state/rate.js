/** How many requests arrived in the last minutes, in steps on a ring. No DOM in here. */

export const STEP_SECONDS = 5;
export const STEPS = 60;

export class Rate {
  #ring = new Array(STEPS).fill(0);
  #newest = 0;

  /**
   * Count a request that the server received a while ago; one that is too old for the plot is not in it.
   * @param {number} now  milliseconds
   * @param {number} [age]  milliseconds
   */
  count(now, age = 0) {
    this.#turn(now);
    const back = stepOf(now) - stepOf(now - age);
    if (back < STEPS) this.#ring[(this.#newest - back) % STEPS]++;
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
    const step = stepOf(now);
    const begun = Math.min(Math.max(step - this.#newest, 0), STEPS);
    this.#newest = Math.max(step, this.#newest);
    for (let at = 0; at < begun; at++) this.#ring[(this.#newest - at) % STEPS] = 0;
  }
}

/** @param {number} at  milliseconds */
function stepOf(at) {
  return Math.floor(at / (STEP_SECONDS * 1000));
}
