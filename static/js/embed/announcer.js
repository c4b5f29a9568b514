/** Announce a burst of requests once. */
const QUIET_MS = 1500;

/** The text that announces new requests to screen readers. Uses no DOM. */
export class Announcer {
  #announced = 0;
  #arrived = 0;
  #change;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  text = "";

  /** @param {() => void} change  called when the text changes */
  constructor(change) {
    this.#change = change;
  }

  /** @param {number} arrived  requests in total */
  update(arrived) {
    this.#arrived = arrived;
    if (arrived > this.#announced) this.#timer ??= setTimeout(() => this.#announce(), QUIET_MS);
  }

  #announce() {
    const added = this.#arrived - this.#announced;
    this.#timer = undefined;
    this.#announced = this.#arrived;
    this.text = `${added} new ${added === 1 ? "request" : "requests"}, ${this.#arrived} in total`;
    this.#change();
  }
}
