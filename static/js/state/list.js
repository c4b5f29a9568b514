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
 * @property {number} held      number of requests that wait
 * @property {string} filter
 * @property {import("./retries.js").Retries} retries
 * @property {Promise<void> | null} more  set while the filter is still searching; see `Filter`
 * @property {number} cleared   number of cleared requests that can be restored
 */

import { Filter } from "./filter.js";
import { Kept } from "./kept.js";

export class List {
  #maxEntries;
  #kept;
  #held;
  #filter = new Filter("");
  /** @type {Kept | undefined} */
  #cleared = undefined;
  paused = false;

  /** @param {number} maxEntries */
  constructor(maxEntries) {
    this.#maxEntries = maxEntries;
    this.#kept = new Kept(maxEntries);
    this.#held = new Kept(maxEntries);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#maxEntries = maxEntries;
    this.#kept.maxEntries = maxEntries;
    this.#held.maxEntries = maxEntries;
  }

  /** @param {string} text */
  set filter(text) {
    this.#filter = new Filter(text);
  }

  /** The entries that new ones are added to: those that wait while the list is paused. */
  get end() {
    return this.paused ? this.#held : this.#kept;
  }

  /** @param {string} key */
  get(key) {
    return this.#kept.get(key);
  }

  /** @param {string} key */
  has(key) {
    return this.#kept.has(key) || this.#held.has(key);
  }

  /** Resume, and return the entries that waited, oldest first. */
  resume() {
    const held = this.#held;
    this.#held = new Kept(this.#maxEntries);
    this.#kept.dropped += held.dropped;
    this.paused = false;
    return held.oldestFirst();
  }

  /** Clear the list, but not the entries that wait. `restore` restores this and earlier clears. */
  clear() {
    if (this.#kept.requests > 0) {
      this.restore();
      this.#cleared = this.#kept;
    }
    this.#kept = new Kept(this.#maxEntries);
  }

  /** Restore the cleared entries, below newer ones. */
  restore() {
    const since = this.#kept;
    this.#kept = this.#cleared ?? since;
    this.#cleared = undefined;
    if (this.#kept === since) return;
    this.#kept.maxEntries = this.#maxEntries;
    for (const entry of since.oldestFirst()) this.#kept.add(entry);
    this.#kept.dropped += since.dropped;
  }

  /** Drop the cleared entries. */
  forget() {
    this.#cleared = undefined;
  }

  /** @returns {View} */
  view() {
    const { requests, dropped, retries } = this.#kept;
    const entries = [...this.#kept.oldestFirst()].reverse();
    const { shown, more } = this.#filter.choose(entries);
    const matching = shown.length - (entries.length - requests);
    const { paused } = this;
    const held = this.#held.requests;
    const filter = this.#filter.text;
    return {
      entries,
      shown,
      requests,
      matching,
      dropped,
      retries,
      paused,
      held,
      filter,
      more,
      cleared: this.#cleared?.requests ?? 0,
    };
  }
}
