/**
 * Let the browser run other tasks, such as drawing a frame.
 * @returns {Promise<void>}
 */
export function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}
