/**
 * The state of the page as one immutable snapshot. The stream writes it, and components read it.
 *
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").Reply} Reply
 * @typedef {import("../wire/contract.js").Link} Link
 * @typedef {import("../wire/contract.js").Joined} Joined
 * @typedef {import("../wire/contract.js").Refused} Refused
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./entries.js").RequestEntry} RequestEntry
 * @typedef {import("./entries.js").NoticeEntry} NoticeEntry
 *
 * @typedef {object} State
 * @property {Link} link
 * @property {number} arrived  number of requests added to the list since the page was opened
 * @property {number} unseen   number of requests that arrived while the page was hidden
 * @property {number} viewers  of this callback, on all workers
 * @property {boolean} responder  whether a viewer produces the callback's responses
 * @property {Reply | null} reply  null while it is not known
 * @property {boolean} follow  the newest request is always the selected one
 *
 * @typedef {State & import("./list.js").View & import("./selection.js").Selected & {responses: Responses, clock: ServerClock}} Snapshot
 */

import { DEFAULT_REPLY } from "../reply/default-reply.js";
import { Notices } from "./entries.js";
import { List } from "./list.js";
import { Observable } from "./observable.js";
import { Position } from "./position.js";
import { Rate } from "./rate.js";
import { Responses } from "./responses.js";
import { Selection } from "./selection.js";
import { ServerClock } from "./server-clock.js";
import { DEFAULTS } from "./settings.js";

export class Store extends Observable {
  /** @type {State} */
  #state = {
    link: { state: "connecting", message: "", retryAt: 0 },
    arrived: 0,
    unseen: 0,
    viewers: 0,
    responder: false,
    reply: null,
    follow: false,
  };
  /** @type {Snapshot | undefined} */
  #snapshot = undefined;
  #list;
  #selection = new Selection();
  #position = new Position();
  #notices = new Notices();
  #responses;
  #clock = new ServerClock();
  #isWaiting = false;
  /** Whether the page has reconnected since it received the reply. */
  #replyIsOld = true;
  #watched = true;
  /** The rate of requests, which also counts while the list is paused. */
  rate = new Rate();

  /**
   * @param {number} maxEntries  maximum entries in the list
   * @param {import("./recogniser.js").Recogniser} [recogniser]
   */
  constructor(maxEntries = DEFAULTS.maxEntries, recogniser = undefined) {
    super();
    this.#list = new List(maxEntries, recogniser);
    this.#responses = new Responses(2 * maxEntries);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#list.maxEntries = maxEntries;
    this.#responses.limit = 2 * maxEntries; // the list has as many entries again while it is paused
    this.#change({});
  }

  /** The current snapshot, created on demand: once per frame, not once per request. */
  get snapshot() {
    this.#snapshot ??= this.#createSnapshot();
    return this.#snapshot;
  }

  /** @param {Link} link */
  linkChanged(link) {
    this.#change({ link });
  }

  /** @param {Joined} joined */
  joined({ epoch, seq, missed, viewers, recovered = 0, responder = false }) {
    this.#position.start({ epoch, seq });
    this.#replyIsOld = true;
    this.#clock.distrust();
    this.#addGap(missed);
    if (recovered) this.#add(this.#notices.recovered(recovered, this.#list.target.newest));
    this.viewersChanged(viewers, responder);
    this.linkChanged({ state: "live", message: "", retryAt: 0 });
  }

  /**
   * @param {number} viewers
   * @param {boolean} [responder]  whether one of them produces the responses
   */
  viewersChanged(viewers, responder = false) {
    this.#change({ viewers, responder });
  }

  /** @param {CapturedRequest} request */
  requestArrived(request) {
    this.#addGap(this.#position.follow(request));
    if (this.isKnown(request.id)) return; // a balancer's duplicate
    const arrived = Date.now();
    this.#clock.note(request.received_at, arrived);
    this.rate.count(arrived, this.#clock.age(request.received_at, arrived));
    if (!this.#watched) this.#state.unseen++;
    this.#add({ kind: "request", key: request.id, request, arrived });
    this.requestReceived(request);
  }

  /**
   * Called with each new request, also while the list is paused, for subclasses.
   * @param {CapturedRequest} _request
   */
  requestReceived(_request) {}

  /**
   * Add requests that did not arrive just now, such as those of a file. They are read, and nothing is
   * missing between them.
   * @param {readonly {request: CapturedRequest, response: import("./responses.js").SenderResponse | undefined}[]} captured  oldest first
   */
  addCaptured(captured) {
    for (const { request, response } of captured) {
      const { id: key, epoch, seq, received_at } = request;
      this.#list.add({ kind: "request", key, request, arrived: Date.parse(received_at) });
      if (response) this.#responses.add({ epoch, seq, ...response });
    }
    this.#list.readAll();
    this.#state.arrived += captured.length;
    const newest = captured.at(-1);
    if (newest) this.#selection.offer(newest.request);
    this.#change({});
  }

  /** @param {string} id  id of a request */
  isKnown(id) {
    return this.#list.has(id);
  }

  /**
   * Add refused requests. Consecutive ones share one notice.
   * @param {Refused} refused
   */
  requestsRefused(refused) {
    this.#add(this.#notices.refused(refused, this.#list.target.newest));
  }

  /** @param {import("../wire/contract.js").Responded} responded */
  requestResponded(responded) {
    this.#responses.add(responded);
    this.#change({});
  }

  /** @param {Reply | null} reply  null if it was reset */
  replyChanged(reply) {
    this.#replyIsOld = false;
    this.#change({ reply: reply ?? DEFAULT_REPLY });
  }

  /** @param {Reply} reply  read after joining; a reply from the stream since then is newer */
  replyRead(reply) {
    if (this.#replyIsOld) this.#change({ reply });
  }

  /** @param {boolean} visible  whether the page is visible */
  visibilityChanged(visible) {
    this.#watched = visible;
    if (visible) this.#change({ unseen: 0 });
  }

  pause() {
    this.#list.paused = true;
    this.#change({});
  }

  resume() {
    for (const entry of this.#list.resume()) this.#add(entry);
    this.#change({});
  }

  /** @param {boolean} follow  whether to select the newest request whenever one arrives */
  set follow(follow) {
    this.#change({ follow });
  }

  /** Remove all requests that are not pinned. Requests missed later still show. */
  clear() {
    this.#list.clear();
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
    this.#list.remove(key);
    if (selected?.id === key) this.#selection.clear();
    const neighbour = requests[at + 1] ?? requests[at - 1];
    if (selected?.id === key && neighbour) this.select(neighbour.key, false);
    this.#change({});
  }

  /** Restore the removed requests. A single one becomes the selected one. */
  undo() {
    const restored = this.#list.restore();
    this.#change({});
    if (restored.length === 1) this.select(restored[0].key, false);
    this.#selectAny();
  }

  /** Drop the removed requests. */
  forgetRemoved() {
    this.#list.forget();
    this.#change({});
  }

  /**
   * Pin a request, or unpin it. Returns whether that was possible: the number is limited.
   * @param {string} key
   */
  togglePin(key) {
    const done = this.#list.togglePin(key);
    this.#change({});
    return done;
  }

  /**
   * Write a note on a request and pin it; an empty text removes the note. Returns whether that was
   * possible.
   * @param {string} key
   * @param {string} text  at most 500 characters are kept
   */
  setNote(key, text) {
    const done = this.#list.setNote(key, text);
    this.#change({});
    return done;
  }

  /** @param {string} key  of a request that the user sees in detail */
  read(key) {
    if (this.#list.read(key)) this.#change({});
  }

  /** Mark all requests as read. */
  readAll() {
    this.#list.readAll();
    this.#change({});
  }

  /** @param {import("./no-filter.js").ListFilter} filter */
  setFilter(filter) {
    this.#list.filter = filter;
    this.#change({});
  }

  /**
   * @param {string} id
   * @param {boolean} opened
   */
  select(id, opened) {
    const entry = this.#list.get(id);
    if (entry?.kind !== "request") return;
    this.#selection.select(entry.request, opened);
    this.#change({});
  }

  /** Return to the list. */
  close() {
    this.#selection.close();
    this.#change({});
  }

  /** Compare the next selected request with the one that is selected now. */
  compare() {
    this.#selection.compare();
    this.#change({});
  }

  /** Select the newest request if none is selected. */
  #selectAny() {
    this.#change({});
    const newest = this.snapshot.entries.find(({ kind }) => kind === "request");
    if (newest && !this.snapshot.selected) this.select(newest.key, false);
  }

  /** @param {number | null} missed */
  #addGap(missed) {
    if (missed === 0) return;
    const gap = this.#notices.gap(missed, this.#list.target.newest);
    if (gap) this.#add(gap);
  }

  /** @param {Entry} entry */
  #add(entry) {
    this.#list.add(entry);
    if (entry.kind === "request" && !this.#list.paused) {
      this.#state.arrived++;
      this.#selection.offer(entry.request);
    }
    this.#change({});
    if (!this.#list.paused) this.entryAdded(entry);
  }

  /**
   * Called with each entry that is added to the list, for subclasses.
   * @param {Entry} _entry
   */
  entryAdded(_entry) {}

  /** @param {Partial<State>} changes */
  #change(changes) {
    Object.assign(this.#state, changes);
    this.#snapshot = undefined;
    this.notify();
  }

  /** @returns {Snapshot} */
  #createSnapshot() {
    const view = this.#list.view(this.#responses);
    if (view.more) this.#updateAfter(view.more);
    if (this.#state.follow) this.#selection.follow(view.shown);
    const selection = this.#selection.view(view, (id) => this.isKnown(id));
    const known = { responses: this.#responses, clock: this.#clock };
    return { ...this.#state, ...view, ...selection, ...known };
  }

  /** @param {Promise<void>} searched */
  async #updateAfter(searched) {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await searched;
    this.#isWaiting = false;
    this.#change({});
  }
}
