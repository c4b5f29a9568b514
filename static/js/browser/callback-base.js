/** The base URL of callbacks, whose host can be different from the page's. */

/**
 * @param {HTMLElement | null} [page]
 * @returns {string} without a slash at its end
 */
export function callbackBase(page = document.querySelector("webhook-page")) {
  const base = page?.dataset.callbacks ?? "";
  return URL.canParse(base) ? base : location.origin + base;
}

/** The origin of callbacks. */
export function callbackOrigin() {
  return new URL(callbackBase()).origin;
}
