/** When to try again. No clock in here. */

const FIRST_MS = 300;
const MAX_MS = 3000;

/**
 * Longer with each try that failed; spread, so that a thousand pages do not come back at one moment.
 * @param {number} tries  that failed before
 * @param {number} spread  at least 0, below 1
 * @returns {number} milliseconds
 */
export function retryDelay(tries, spread) {
  return Math.min(FIRST_MS * 2 ** tries, MAX_MS) * (0.5 + spread);
}

/**
 * What a countdown shows; 0 when nothing is waited for.
 * @param {number} at   milliseconds since 1970, or 0
 * @param {number} now
 */
export function secondsUntil(at, now) {
  return Math.max(0, Math.ceil((at - now) / 1000));
}
