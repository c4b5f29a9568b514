/**
 * Lets the page draw a frame.
 * @returns {Promise<void>}
 */
export function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}
