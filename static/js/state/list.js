/**
 * The list of the page: what is kept, what waits while it is paused, what passes the filter.
 * No DOM in here.
 *
 * @typedef {import("./entries.js").Entry} Entry
 *
 * @typedef {object} View
 * @property {readonly Entry[]} entries  newest first
 * @property {readonly Entry[]} shown    those that pass the filter, and all notices
 * @property {number} requests  among the entries
 * @property {number} matching  among the shown
 * @property {number} dropped   requests that were in the list and had to make room
 * @property {boolean} paused   what arrives waits
 * @property {number} held      requests that wait
 * @property {string} filter
 * @property {import("./retries.js").Retries} retries  among the entries
 * @property {Promise<void> | null} more  the filter has not looked at all yet: when to look again
 * @property {number} cleared   requests that were cleared and can be had back
 */

import { Filter } from "./filter.js";
import { Kept } from "./kept.js";

export class List {
  #most;
  #kept;
  #held;
  #filter = new Filter("");
  /** @type {Kept | undefined} */
  #cleared = undefined;
  paused = false;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
    this.#kept = new Kept(most);
    this.#held = new Kept(most);
  }

  /** @param {number} most */
  set most(most) {
    this.#most = most;
    this.#kept.most = most;
    this.#held.most = most;
  }

  /** @param {string} text */
  set filter(text) {
    this.#filter = new Filter(text);
  }

  /** Where what arrives goes: the list, or beside it while that is paused. */
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

  /** What has waited, the oldest first, to be added now. */
  resume() {
    const held = this.#held;
    this.#held = new Kept(this.#most);
    this.#kept.dropped += held.dropped;
    this.paused = false;
    return held.oldestFirst();
  }

  /** What waits still waits, and what is cleared can be had back, with what was cleared before. */
  clear() {
    if (this.#kept.requests > 0) {
      this.restore();
      this.#cleared = this.#kept;
    }
    this.#kept = new Kept(this.#most);
  }

  /** What was cleared is there again, below what has come since. */
  restore() {
    const since = this.#kept;
    this.#kept = this.#cleared ?? since;
    this.#cleared = undefined;
    if (this.#kept === since) return;
    this.#kept.most = this.#most;
    for (const entry of since.oldestFirst()) this.#kept.add(entry);
    this.#kept.dropped += since.dropped;
  }

  /** What was cleared is gone. */
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
