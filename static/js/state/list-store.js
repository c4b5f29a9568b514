/**
 * The list as the user sees and changes it: its entries, the responses to them, and the selection.
 *
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./responses.js").SenderResponse} SenderResponse
 *
 * @typedef {{request: CapturedRequest, response: SenderResponse | undefined, note?: string}} Captured
 *
 * @typedef {object} ListState
 * @property {number} arrived  number of requests added to the list since the page was opened
 * @property {boolean} follow  the newest request is always the selected one
 *
 * @typedef {ListState & import("./list.js").View & import("./selection.js").Selected & {responses: Responses}} ListSnapshot
 */

import { List } from "./list.js";
import { Observable } from "./observable.js";
import { Responses } from "./responses.js";
import { Selection } from "./selection.js";
import { DEFAULTS } from "./settings.js";

export class ListStore extends Observable {
  /** @type {ListState} */
  #state = { arrived: 0, follow: false };
  /** @type {ListSnapshot | undefined} */
  #snapshot = undefined;
  #selection = new Selection();
  #isWaiting = false;
  /** Whether the user works on the selected request, which then stays selected. */
  isWorking = () => false;

  /**
   * @param {number} maxEntries  maximum entries in the list
   * @param {import("./recogniser.js").Recogniser} [recogniser]
   */
  constructor(maxEntries = DEFAULTS.maxEntries, recogniser = undefined) {
    super();
    /** @protected */
    this.list = new List(maxEntries, recogniser);
    /** @protected */
    this.responses = new Responses(2 * maxEntries);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.list.maxEntries = maxEntries;
    this.responses.limit = 2 * maxEntries; // the list has as many entries again while it is paused
    this.changed();
  }

  /** The current snapshot, created on demand: once per update, not once per request. */
  get snapshot() {
    this.#snapshot ??= this.createSnapshot();
    return this.#snapshot;
  }

  /**
   * Add requests that did not arrive just now, such as those of a file. They are read, and nothing is
   * missing between them.
   * @param {readonly Captured[]} captured  oldest first
   */
  addCaptured(captured) {
    for (const { request, response, note } of captured) {
      const { id: key, epoch, seq, received_at } = request;
      this.list.add({ kind: "request", key, request, arrived: Date.parse(received_at) });
      if (response) this.responses.add({ epoch, seq, ...response });
      if (note) this.list.annotate(key, note);
    }
    this.list.readAll();
    this.#state.arrived += captured.length;
    const newest = captured.at(-1);
    if (newest) this.#selection.offer(newest.request);
    this.changed();
  }

  /** @param {string} id  id of a request */
  isKnown(id) {
    return this.list.has(id);
  }

  pause() {
    this.list.paused = true;
    this.changed();
  }

  resume() {
    for (const entry of this.list.resume()) this.add(entry);
    this.changed();
  }

  /** @param {boolean} follow  whether to select the newest request whenever one arrives */
  set follow(follow) {
    if (follow && !this.#state.follow) this.#selection.follow(this.snapshot.shown);
    this.#state.follow = follow;
    this.changed();
  }

  /** Remove all requests that are not pinned. Requests missed later still show. */
  clear() {
    this.list.clear();
    this.#selection.clear();
    this.#selectAny();
  }

  /**
   * Remove a request, and select its neighbour if it was selected.
   * @param {string} key
   */
  remove(key) {
    const { shown, selected } = this.snapshot;
    const requests = shown.filter(({ kind }) => kind === "request");
    const at = requests.findIndex((entry) => entry.key === key);
    this.list.remove(key);
    if (selected?.id === key) this.#selection.clear();
    const neighbour = requests[at + 1] ?? requests[at - 1];
    if (selected?.id === key && neighbour) this.select(neighbour.key, false);
    this.changed();
  }

  /** Restore the removed requests. A single one becomes the selected one. */
  undo() {
    const restored = this.list.restore();
    this.changed();
    if (restored.length === 1) this.select(restored[0].key, false);
    this.#selectAny();
  }

  /** Drop the removed requests. */
  forgetRemoved() {
    this.list.forget();
    this.changed();
  }

  /**
   * Pin a request, or unpin it. Returns whether that was possible: the number is limited.
   * @param {string} key
   */
  togglePin(key) {
    const done = this.list.togglePin(key);
    this.changed();
    return done;
  }

  /**
   * Write a note on a request and pin it; an empty text removes the note. Returns whether that was
   * possible.
   * @param {string} key
   * @param {string} text  at most 500 characters are kept
   */
  setNote(key, text) {
    const done = this.list.setNote(key, text);
    this.changed();
    return done;
  }

  /** @param {string} key  of a request that the user sees in detail */
  read(key) {
    if (this.list.read(key)) this.changed();
  }

  /** Mark all requests as read. */
  readAll() {
    this.list.readAll();
    this.changed();
  }

  /** @param {import("./no-filter.js").ListFilter} filter */
  setFilter(filter) {
    this.list.filter = filter;
    this.changed();
  }

  /**
   * @param {string} id
   * @param {boolean} opened
   */
  select(id, opened) {
    const entry = this.list.get(id);
    if (entry?.kind !== "request") return;
    this.#selection.select(entry.request, opened);
    this.changed();
  }

  /** Return to the list. */
  close() {
    this.#selection.close();
    this.changed();
  }

  /** Compare the next selected request with the one that is selected now. */
  compare() {
    this.#selection.compare();
    this.changed();
  }

  /** Select the newest request if none is selected. */
  #selectAny() {
    this.changed();
    const newest = this.snapshot.entries.find(({ kind }) => kind === "request");
    if (newest && !this.snapshot.selected) this.select(newest.key, false);
  }

  /**
   * @protected
   * @param {Entry} entry
   */
  add(entry) {
    this.list.add(entry);
    if (entry.kind === "request" && !this.list.paused) {
      this.#state.arrived++;
      this.#selection.offer(entry.request);
    }
    this.changed();
    if (!this.list.paused) this.entryAdded(entry);
  }

  /**
   * Called with each entry that is added to the list, for subclasses.
   * @param {Entry} _entry
   */
  entryAdded(_entry) {}

  /** @protected */
  changed() {
    this.#snapshot = undefined;
    this.notify();
  }

  /**
   * @protected
   * @returns {ListSnapshot}
   */
  createSnapshot() {
    const view = this.list.view(this.responses);
    if (view.more) this.#updateAfter(view.more);
    if (this.#state.follow && !this.isWorking()) this.#selection.follow(view.shown);
    const selection = this.#selection.view(view, (id) => this.isKnown(id));
    return { ...this.#state, ...view, ...selection, responses: this.responses };
  }

  /** @param {Promise<void>} searched */
  async #updateAfter(searched) {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await searched;
    this.#isWaiting = false;
    this.changed();
  }
}
