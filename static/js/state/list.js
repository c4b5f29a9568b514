/**
 * The list of the page: its entries, those that wait while it is paused, and its filter.
 * Uses no DOM.
 *
 * @typedef {import("./entries.js").Entry} Entry
 *
 * @typedef {object} View
 * @property {readonly Entry[]} entries  newest first
 * @property {readonly Entry[]} shown    entries that match the filter, and all notices
 * @property {number} requests  number of requests among the entries
 * @property {number} matching  number of requests among the shown entries
 * @property {number} dropped   number of requests that were dropped for newer ones
 * @property {boolean} paused   new entries wait
 * @property {number} waiting      number of requests that wait
 * @property {string} filter
 * @property {import("./no-filter.js").Needles} needles  words of the filter, to mark them
 * @property {import("./retries.js").Retries} retries
 * @property {Promise<void> | null} more  set while the filter is still searching; see `Filter`
 * @property {number} cleared   number of cleared requests that can be restored
 */

import { EntryBuffer } from "./entry-buffer.js";
import { NO_FILTER } from "./no-filter.js";
import { NO_RECOGNISER } from "./recogniser.js";

export class List {
  #maxEntries;
  #recogniser;
  #current;
  #waiting;
  #filter = NO_FILTER;
  /** @type {EntryBuffer | undefined} */
  #cleared = undefined;
  paused = false;

  /**
   * @param {number} maxEntries
   * @param {import("./recogniser.js").Recogniser} [recogniser]
   */
  constructor(maxEntries, recogniser = NO_RECOGNISER) {
    this.#maxEntries = maxEntries;
    this.#recogniser = recogniser;
    this.#current = this.#emptyBuffer();
    this.#waiting = this.#emptyBuffer();
  }

  #emptyBuffer() {
    return new EntryBuffer(this.#maxEntries, this.#recogniser);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#maxEntries = maxEntries;
    this.#current.maxEntries = maxEntries;
    this.#waiting.maxEntries = maxEntries;
  }

  /** @param {import("./no-filter.js").ListFilter} filter */
  set filter(filter) {
    this.#filter = filter;
  }

  /** The entries that new ones are added to: those that wait while the list is paused. */
  get target() {
    return this.paused ? this.#waiting : this.#current;
  }

  /** @param {string} key */
  get(key) {
    return this.#current.get(key);
  }

  /** @param {string} key */
  has(key) {
    return this.#current.has(key) || this.#waiting.has(key);
  }

  /** Resume, and return the entries that waited, oldest first. */
  resume() {
    const waiting = this.#waiting;
    this.#waiting = this.#emptyBuffer();
    this.#current.dropped += waiting.dropped;
    this.paused = false;
    return waiting.oldestFirst();
  }

  /** Clear the list, but not the entries that wait. `restore` restores this and earlier clears. */
  clear() {
    if (this.#current.requests > 0) {
      this.restore();
      this.#cleared = this.#current;
    }
    this.#current = this.#emptyBuffer();
  }

  /** Restore the cleared entries, below newer ones. */
  restore() {
    const since = this.#current;
    this.#current = this.#cleared ?? since;
    this.#cleared = undefined;
    if (this.#current === since) return;
    this.#current.maxEntries = this.#maxEntries;
    for (const entry of since.oldestFirst()) this.#current.add(entry);
    this.#current.dropped += since.dropped;
  }

  /** Drop the cleared entries. */
  forget() {
    this.#cleared = undefined;
  }

  /** @returns {View} */
  view() {
    const { requests, dropped, retries } = this.#current;
    const entries = [...this.#current.oldestFirst()].reverse();
    const { shown, more } = this.#filter.choose(entries);
    const matching = shown.length - (entries.length - requests);
    const { paused } = this;
    const waiting = this.#waiting.requests;
    const { text: filter, needles } = this.#filter;
    return {
      entries,
      shown,
      requests,
      matching,
      dropped,
      retries,
      paused,
      waiting,
      filter,
      needles,
      more,
      cleared: this.#cleared?.requests ?? 0,
    };
  }
}
