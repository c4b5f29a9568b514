/** Counts of the requests in the last minutes, in a ring of steps. Uses no DOM. */

export const STEP_SECONDS = 5;
export const STEPS = 60;

export class Rate {
  #ring = new Array(STEPS).fill(0);
  #newest = 0;

  /**
   * Count a request. Requests that are too old for the plot are ignored.
   * @param {number} now  milliseconds
   * @param {number} [age]  milliseconds since the server received it
   */
  count(now, age = 0) {
    this.#turn(now);
    const back = stepOf(now) - stepOf(now - age);
    if (back < STEPS) this.#ring[(this.#newest - back) % STEPS]++;
  }

  /**
   * Return the count of each step, oldest first. The last step is not over yet.
   * @param {number} now  milliseconds
   * @returns {number[]}
   */
  steps(now) {
    this.#turn(now);
    const start = (this.#newest + 1) % STEPS;
    return [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
  }

  /**
   * Reset the steps that have started since the last call. If the clock was set back, the newest stays.
   * @param {number} now
   */
  #turn(now) {
    const step = stepOf(now);
    const begun = Math.min(Math.max(step - this.#newest, 0), STEPS);
    this.#newest = Math.max(step, this.#newest);
    for (let at = 0; at < begun; at++) this.#ring[(this.#newest - at) % STEPS] = 0;
  }
}

/** Requests in one step that are worth a plot. */
const MANY = 10;

/**
 * Whether a plot of these counts says more than their sum: in several steps, or many at once.
 * @param {readonly number[]} counts
 */
export function isTelling(counts) {
  return counts.filter(Boolean).length > 1 || counts.some((count) => count >= MANY);
}

/** @param {number} at  milliseconds */
function stepOf(at) {
  return Math.floor(at / (STEP_SECONDS * 1000));
}
