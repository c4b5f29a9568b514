/** A burst is told as one sentence, not as a hundred. */
const QUIET_MS = 1500;

/** What a screen reader is told of new requests. No DOM in here. */
export class Announcer {
  #told = 0;
  #arrived = 0;
  #change;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  text = "";

  /** @param {() => void} change  the text is another one */
  constructor(change) {
    this.#change = change;
  }

  /** @param {number} arrived  requests in all */
  hear(arrived) {
    this.#arrived = arrived;
    if (arrived > this.#told) this.#timer ??= setTimeout(() => this.#tell(), QUIET_MS);
  }

  #tell() {
    const news = this.#arrived - this.#told;
    this.#timer = undefined;
    this.#told = this.#arrived;
    this.text = `${news} new ${news === 1 ? "request" : "requests"}, ${this.#arrived} in all`;
    this.#change();
  }
}
