/**
 * The newest entries of a stream, limited in number and size. Uses no DOM.
 *
 * @typedef {import("./entries.js").Entry} Entry
 */

import { Retries } from "./retries.js";

/** Maximum characters of all bodies together; more can crash the page. */
export const MAX_CHARACTERS = 64 * 1024 * 1024;

export class EntryBuffer {
  /** @type {Map<string, Entry>} oldest first */
  #entries = new Map();
  #maxEntries;
  #characters = 0;
  /** @type {Entry | undefined} */
  newest = undefined;
  retries;
  /** Number of requests among the entries. */
  requests = 0;
  /** Number of requests that were dropped for newer ones. */
  dropped = 0;

  /**
   * @param {number} maxEntries
   * @param {import("./recogniser.js").Recogniser} recogniser
   */
  constructor(maxEntries, recogniser) {
    this.#maxEntries = maxEntries;
    this.retries = new Retries(recogniser);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#maxEntries = maxEntries;
    this.#dropOldest();
  }

  /** @param {Entry} entry  replaces an entry with the same key */
  add(entry) {
    this.#entries.set(entry.key, entry);
    this.newest = entry;
    if (entry.kind === "request") this.retries.add(entry.request);
    this.#count(entry, 1);
    this.#dropOldest();
  }

  /** @param {string} key */
  get(key) {
    return this.#entries.get(key);
  }

  /** @param {string} key */
  has(key) {
    return this.#entries.has(key);
  }

  oldestFirst() {
    return this.#entries.values();
  }

  #dropOldest() {
    // The newest stays, regardless of its size.
    while (this.#entries.size > Math.max(this.#maxEntries, 1) || this.#isTooLarge()) {
      const [key, oldest] = /** @type {[string, Entry]} */ (this.#entries.entries().next().value);
      this.#entries.delete(key);
      this.#count(oldest, -1);
      this.retries.forget(key);
      if (oldest.kind === "request") this.dropped++;
    }
  }

  #isTooLarge() {
    return this.#characters > MAX_CHARACTERS && this.#entries.size > 1;
  }

  /**
   * @param {Entry} entry
   * @param {1 | -1} sign
   */
  #count(entry, sign) {
    if (entry.kind !== "request") return;
    this.requests += sign;
    this.#characters += sign * entry.request.body.content.length;
  }
}
