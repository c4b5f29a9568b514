/** The delay before the next attempt to connect. Does not read a clock. */

const FIRST_MS = 300;
const MAX_MS = 3000;

/**
 * Return the delay, which doubles with each failed attempt. It is spread at random, so that many
 * pages do not reconnect at the same moment.
 * @param {number} failures  attempts that failed
 * @param {number} spread  a random number, at least 0 and below 1
 * @returns {number} milliseconds
 */
export function retryDelay(failures, spread) {
  return Math.min(FIRST_MS * 2 ** failures, MAX_MS) * (0.5 + spread);
}

/**
 * Return the seconds that a countdown shows; 0 when no attempt is scheduled.
 * @param {number} at   milliseconds since 1970, or 0
 * @param {number} now
 */
export function secondsUntil(at, now) {
  return Math.max(0, Math.ceil((at - now) / 1000));
}
