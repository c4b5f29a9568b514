/** A value that others follow: each change is reported to every listener. No DOM in here. */
export class Observable {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {() => void} listener
   * @returns {() => void} ends the subscription
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
