/**
 * The requests that the user has not read, has pinned, or has written a note on, by their keys. Kept in
 * memory only. Uses no DOM.
 */

/** Maximum pinned requests. The list has at least 100 entries, so others have room too. */
export const MAX_PINNED = 50;

/** Maximum characters of a note. */
export const MAX_NOTE = 500;

export class Annotations {
  /** @type {Set<string>} */
  unread = new Set();
  /** @type {Set<string>} */
  pinned = new Set();
  /** @type {Map<string, string>} */
  notes = new Map();
  /** Removed requests that were unread. @type {Set<string>} */
  #removed = new Set();

  /**
   * A request is removed, and may be restored.
   * @param {string} key
   */
  remove(key) {
    if (this.unread.delete(key)) this.#removed.add(key);
  }

  /** @param {string} key */
  restore(key) {
    if (this.#removed.delete(key)) this.unread.add(key);
  }

  /** @param {string} key  of a request that is dropped and can’t be restored */
  forget(key) {
    this.unread.delete(key);
    this.pinned.delete(key);
    this.notes.delete(key);
    this.#removed.delete(key);
  }
}
