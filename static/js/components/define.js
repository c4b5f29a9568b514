/**
 * Register an element that pages of other origins load, too. Its name begins with `webhook-`, so that
 * it meets no element of theirs; a second copy of the script leaves the first one's in place.
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}
