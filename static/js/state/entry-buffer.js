/**
 * The newest entries of a stream, limited in number and size. The limit does not drop pinned requests.
 * Removed entries keep their place, so that they can be restored. Uses no DOM.
 *
 * @typedef {import("./entries.js").Entry} Entry
 */

import { Retries } from "./retries.js";

/** Maximum characters of all bodies together; more can crash the page. */
export const MAX_CHARACTERS = 64 * 1024 * 1024;

/** Some of the entries, with their sizes. */
class Shelf {
  /** @type {Map<string, Entry>} in the order in which they were added */
  entries = new Map();
  /** Number of requests among the entries. */
  requests = 0;
  /** Characters of all bodies together. */
  characters = 0;

  /** @param {Entry} entry */
  add(entry) {
    this.entries.set(entry.key, entry);
    this.#count(entry, 1);
  }

  /** @param {string} key */
  take(key) {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.#count(entry, -1);
    return entry;
  }

  oldest() {
    return /** @type {string} */ (this.entries.keys().next().value);
  }

  /**
   * @param {Entry} entry
   * @param {1 | -1} sign
   */
  #count(entry, sign) {
    if (entry.kind !== "request") return;
    this.requests += sign;
    this.characters += sign * entry.request.body.content.length;
  }
}

export class EntryBuffer {
  /** All entries, also the removed ones. @type {Map<string, Entry>} oldest first */
  #entries = new Map();
  /** The entries that the limit can drop, oldest first. */
  #loose = new Shelf();
  #pinned = new Shelf();
  #removed = new Shelf();
  #maxEntries;
  #annotations;
  /** @type {Entry | undefined} */
  newest = undefined;
  retries;
  /** Number of requests that were dropped for newer ones since the list was cleared. */
  dropped = 0;
  #droppedBefore = 0;

  /**
   * @param {number} maxEntries
   * @param {import("./recogniser.js").Recogniser} recogniser
   * @param {import("./annotations.js").Annotations} annotations
   */
  constructor(maxEntries, recogniser, annotations) {
    this.#maxEntries = maxEntries;
    this.#annotations = annotations;
    this.retries = new Retries(recogniser);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#maxEntries = maxEntries;
    this.#limit();
  }

  /** Number of requests among the entries. */
  get requests() {
    return this.#loose.requests + this.#pinned.requests;
  }

  /** Number of requests that can be restored. */
  get removed() {
    return this.#removed.requests;
  }

  /** @param {Entry} entry  replaces an entry with the same key */
  add(entry) {
    this.#entries.set(entry.key, entry);
    this.#loose.add(entry);
    this.newest = entry;
    if (entry.kind === "request") this.retries.add(entry.request);
    this.#limit();
  }

  /** @param {string} key */
  get(key) {
    return this.#removed.entries.has(key) ? undefined : this.#entries.get(key);
  }

  /** @param {string} key  also of a removed entry */
  has(key) {
    return this.#entries.has(key);
  }

  /** Return the entries that are not removed. */
  oldestFirst() {
    const entries = [...this.#entries.values()];
    const removed = this.#removed.entries;
    return removed.size ? entries.filter(({ key }) => !removed.has(key)) : entries;
  }

  /** @param {string} key  the limit no longer drops this request */
  pin(key) {
    const entry = this.#loose.take(key);
    if (entry) this.#pinned.add(entry);
  }

  /** Sort the entries again after one is no longer pinned, or is no longer removed. */
  sort() {
    this.#loose = new Shelf();
    this.#pinned = new Shelf();
    for (const entry of this.oldestFirst()) {
      const shelf = this.#annotations.pinned.has(entry.key) ? this.#pinned : this.#loose;
      shelf.add(entry);
    }
    this.#limit();
  }

  /** @param {string} key */
  remove(key) {
    const entry = this.#loose.take(key) ?? this.#pinned.take(key);
    if (!entry) return;
    this.#removed.add(entry);
    this.#annotations.remove(key);
    if (this.newest === entry) this.newest = undefined;
    this.#limit();
  }

  /** Remove all entries that are not pinned. */
  clear() {
    for (const key of [...this.#loose.entries.keys()]) this.remove(key);
    this.newest = undefined;
    this.#droppedBefore += this.dropped;
    this.dropped = 0;
    if (this.removed === 0) this.forget();
  }

  /** Restore the removed entries in their places, and return them. */
  restore() {
    const restored = [...this.#removed.entries.values()];
    this.#removed = new Shelf();
    this.dropped += this.#droppedBefore;
    this.#droppedBefore = 0;
    for (const { key } of restored) this.#annotations.restore(key);
    this.sort();
    return restored;
  }

  /** Drop the removed entries. */
  forget() {
    this.#droppedBefore = 0;
    for (const key of [...this.#removed.entries.keys()]) this.#drop(this.#removed, key);
  }

  #limit() {
    const room = this.#maxEntries - this.#pinned.entries.size;
    const characters = MAX_CHARACTERS - this.#pinned.characters;
    this.dropped += this.#shorten(this.#loose, room, characters);
    this.#shorten(this.#removed, this.#maxEntries, MAX_CHARACTERS);
  }

  /**
   * Drop the oldest entries; the newest stays, regardless of its size. Return the number of requests.
   * @param {Shelf} shelf
   * @param {number} maxEntries
   * @param {number} maxCharacters
   */
  #shorten(shelf, maxEntries, maxCharacters) {
    const before = shelf.requests;
    const { entries } = shelf;
    while (entries.size > 1 && (entries.size > maxEntries || shelf.characters > maxCharacters)) {
      this.#drop(shelf, shelf.oldest());
    }
    return before - shelf.requests;
  }

  /**
   * @param {Shelf} shelf
   * @param {string} key
   */
  #drop(shelf, key) {
    shelf.take(key);
    this.#entries.delete(key);
    this.retries.forget(key);
    this.#annotations.forget(key);
  }
}
