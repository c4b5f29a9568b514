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
 * @property {import("./filter-parser.js").Problem | null} problem  of the filter, which the user may still be typing; the rest of it applies
 * @property {import("./filter-parser.js").Problem | null} finalProblem  of the filter when the user has left its field
 * @property {import("./retries.js").Retries} retries
 * @property {Promise<void> | null} more  set while the filter is still searching; see `Filter`
 * @property {Removed} removed
 * @property {ReadonlySet<string>} unread   keys of requests that the user has not opened
 * @property {ReadonlySet<string>} pinned   keys of requests that stay in the list
 * @property {ReadonlyMap<string, string>} notes  the user's notes on requests, by key
 *
 * @typedef {{count: number, cleared: boolean}} Removed
 *   count: number of requests that can be restored; cleared: not all were removed one by one
 */

import { Annotations, MAX_NOTE, MAX_PINNED } from "./annotations.js";
import { EntryBuffer } from "./entry-buffer.js";
import { NO_FILTER } from "./no-filter.js";
import { NO_RECOGNISER } from "./recogniser.js";

export class List {
  #maxEntries;
  #recogniser;
  #current;
  #waiting;
  #filter = NO_FILTER;
  #annotations = new Annotations();
  #cleared = false;
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
    return new EntryBuffer(this.#maxEntries, this.#recogniser, this.#annotations);
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

  /** @param {Entry} entry */
  add(entry) {
    this.target.add(entry);
    if (entry.kind === "request" && !this.paused) this.#annotations.unread.add(entry.key);
  }

  /** @param {string} key  of a request that the user has opened; returns whether it was unread */
  read(key) {
    return this.#annotations.unread.delete(key);
  }

  readAll() {
    this.#annotations.unread.clear();
  }

  /**
   * Pin a request, or unpin it. Returns whether that was possible: the number is limited.
   * @param {string} key
   */
  togglePin(key) {
    const { pinned } = this.#annotations;
    if (pinned.delete(key)) {
      this.#current.sort();
      return true;
    }
    if (pinned.size >= MAX_PINNED || this.get(key)?.kind !== "request") return false;
    pinned.add(key);
    this.#current.pin(key);
    return true;
  }

  /**
   * Write a note on a request and pin it, or remove the note. Returns whether that was possible.
   * @param {string} key
   * @param {string} text
   */
  setNote(key, text) {
    const { notes, pinned } = this.#annotations;
    const note = text.trim().slice(0, MAX_NOTE);
    if (!note) notes.delete(key);
    else if (!pinned.has(key) && !this.togglePin(key)) return false;
    else notes.set(key, note);
    return true;
  }

  /**
   * Set a note without pinning the request: those of a file are all kept.
   * @param {string} key
   * @param {string} note
   */
  annotate(key, note) {
    this.#annotations.notes.set(key, note.slice(0, MAX_NOTE));
  }

  /** @param {string} key  of a request to remove; `restore` restores it */
  remove(key) {
    this.#cleared &&= this.#current.removed > 0;
    this.#current.remove(key);
  }

  /** Remove all entries that are not pinned, but not those that wait. */
  clear() {
    this.#cleared = true;
    this.#current.clear();
  }

  /** Restore all removed entries in their places, and return them. */
  restore() {
    return this.#current.restore();
  }

  /** Drop the removed entries. */
  forget() {
    this.#current.forget();
  }

  /**
   * @param {import("./responses.js").Responses} [responses]  for the filter
   * @returns {View}
   */
  view(responses) {
    const { requests, dropped, retries, removed } = this.#current;
    const { unread, pinned, notes } = this.#annotations;
    const entries = this.#current.oldestFirst().reverse();
    const { shown, more } = this.#filter.choose(entries, responses);
    const matching = shown.length - (entries.length - requests);
    const { paused } = this;
    const waiting = this.#waiting.requests;
    const { text: filter, needles, problem, finalProblem } = this.#filter;
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
      problem,
      finalProblem,
      more,
      removed: { count: removed, cleared: this.#cleared },
      unread,
      pinned,
      notes,
    };
  }
}
