/**
 * Register an element that pages of other origins can load too. Its name starts with `webhook-` to
 * avoid conflicts with their elements. If the script is loaded twice, the first element stays.
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}
