/**
 * The newest entries of a stream, bounded in number and in weight. No DOM in here.
 *
 * @typedef {import("./entries.js").Entry} Entry
 */

import { Retries } from "./retries.js";

/** A thousand bodies of a megabyte would end the page; so many characters of bodies it can hold. */
export const MAX_CHARACTERS = 64 * 1024 * 1024;

export class Kept {
  /** @type {Map<string, Entry>} the oldest first */
  #entries = new Map();
  #most;
  #characters = 0;
  /** @type {Entry | undefined} */
  newest = undefined;
  retries = new Retries();
  /** Of the entries, those that are requests. */
  requests = 0;
  /** Requests that had to make room for newer ones. */
  dropped = 0;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  /** @param {number} most */
  set most(most) {
    this.#most = most;
    this.#makeRoom();
  }

  /** @param {Entry} entry  a notice takes the place of one with the same key */
  add(entry) {
    this.#entries.set(entry.key, entry);
    this.newest = entry;
    if (entry.kind === "request") this.retries.add(entry.request);
    this.#weigh(entry, 1);
    this.#makeRoom();
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

  #makeRoom() {
    // The newest stays, however large it is.
    while (this.#entries.size > Math.max(this.#most, 1) || this.#isTooHeavy()) {
      const [key, oldest] = /** @type {[string, Entry]} */ (this.#entries.entries().next().value);
      this.#entries.delete(key);
      this.#weigh(oldest, -1);
      this.retries.forget(key);
      if (oldest.kind === "request") this.dropped++;
    }
  }

  #isTooHeavy() {
    return this.#characters > MAX_CHARACTERS && this.#entries.size > 1;
  }

  /**
   * @param {Entry} entry
   * @param {1 | -1} sign
   */
  #weigh(entry, sign) {
    if (entry.kind !== "request") return;
    this.requests += sign;
    this.#characters += sign * entry.request.body.content.length;
  }
}
