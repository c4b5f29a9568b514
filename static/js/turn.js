/** Lets the page draw a frame. */
export function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}
