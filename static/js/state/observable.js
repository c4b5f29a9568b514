/** A value that notifies its listeners of each change. Uses no DOM. */
export class Observable {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {() => void} listener
   * @returns {() => void} unsubscribes
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @protected */
  notify() {
    for (const listener of this.#listeners) listener();
  }
}
