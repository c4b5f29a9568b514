/**
 * Pieces of a text that are made when they are asked for, and once: of a large body hardly ever more
 * than the first one is looked at. No DOM in here.
 */
export class Pieces {
  #source;
  /** @type {string[]} */
  #made = [];

  /** @param {Iterator<string, unknown>} source */
  constructor(source) {
    this.#source = source;
  }

  /** @param {number} count  at most so many */
  first(count) {
    while (this.#made.length < count) {
      const { value, done } = this.#source.next();
      if (done) break;
      this.#made.push(value);
    }
    return this.#made.slice(0, count);
  }
}
