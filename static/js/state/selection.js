/**
 * The selected request, and the one to compare it with. Uses no DOM.
 *
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./list.js").View} View
 *
 * @typedef {object} Selected
 * @property {CapturedRequest | null} selected  kept when the list has dropped it; null while the
 *   filter hides it
 * @property {CapturedRequest | null} compared  the request to compare the selected one with
 * @property {boolean} opened  the user opened the detail; on a phone it covers the list
 * @property {boolean} hidden  the filter hides the selected request
 */

export class Selection {
  /** @type {CapturedRequest | null} */
  #selected = null;
  /** @type {CapturedRequest | null} */
  #compared = null;
  #opened = false;

  /** @param {CapturedRequest} request  becomes selected if no request is */
  offer(request) {
    this.#selected ??= request;
  }

  /**
   * @param {CapturedRequest} request
   * @param {boolean} opened
   */
  select(request, opened) {
    this.#selected = request;
    this.#opened = opened;
  }

  /**
   * Select the newest request, unless the user compares two.
   * @param {readonly import("./entries.js").Entry[]} shown  newest first
   */
  follow(shown) {
    const newest = shown.find(({ kind }) => kind === "request");
    if (newest?.kind === "request" && !this.#compared) this.#selected = newest.request;
  }

  /** Return to the list. */
  close() {
    this.#opened = false;
    this.#compared = null;
  }

  /** Compare the next selected request with the one that is selected now. */
  compare() {
    this.#compared = this.#selected;
    this.#opened = false;
  }

  clear() {
    this.#selected = null;
    this.close();
  }

  /**
   * @param {View} list
   * @param {(id: string) => boolean} isKnown  whether the list has that request
   * @returns {Selected}
   */
  view(list, isKnown) {
    const hidden = this.#isHidden(list, isKnown);
    const selected = hidden ? null : this.#selected;
    return { selected, compared: this.#compared, opened: this.#opened, hidden };
  }

  /**
   * Whether the filter hides the selected request. A request that is being compared stays visible,
   * so that the user can filter for the other one.
   * @param {View} list
   * @param {(id: string) => boolean} isKnown
   */
  #isHidden({ filter, more, shown }, isKnown) {
    const selected = this.#selected;
    if (!filter.trim() || more || this.#compared || !selected) return false;
    return isKnown(selected.id) && !shown.some(({ key }) => key === selected.id);
  }
}
