/**
 * Everything the page knows, as one immutable snapshot. The stream writes, components read.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../reply/reply.js").Reply} Reply
 * @typedef {import("../wire/contract.js").Link} Link
 * @typedef {import("../wire/contract.js").Cut} Cut
 * @typedef {import("../wire/contract.js").Refused} Refused
 *
 * @typedef {object} RequestEntry
 * @property {"request"} kind
 * @property {string} key
 * @property {CapturedRequest} request
 * @property {number} arrived  milliseconds, by this page's clock
 *
 * @typedef {{kind: "gap", key: string, missed: number | null}} GapEntry
 * @typedef {{kind: "refused", key: string} & Refused} RefusedEntry
 * @typedef {RequestEntry | GapEntry | RefusedEntry} Entry
 *
 * @typedef {object} State
 * @property {Link} link
 * @property {CapturedRequest | null} selected  stays readable when the list has dropped it; null while
 *   the filter hides it
 * @property {CapturedRequest | null} compared  what the selected one is to be compared with
 * @property {boolean} opened  the reader asked for the detail; on a phone it covers the list
 * @property {number} arrived  requests put into the list since the page was opened
 * @property {number} unseen   requests that arrived while nobody looked at the page
 * @property {number} viewers  of this callback, on all workers
 * @property {Reply | null} reply  what the callback answers; null while that is not known
 *
 * @typedef {State & import("./list.js").View & {answers: Answers, clock: ServerClock, hidden: boolean}} Snapshot
 *   hidden: there is a selected request, and the filter hides it
 */

import { DEFAULT_REPLY } from "../reply/reply.js";
import { List } from "./list.js";
import { Rate } from "./rate.js";
import { Answers } from "./responses.js";
import { ServerClock } from "./server-clock.js";
import { DEFAULTS } from "./settings.js";

export class Store {
  /** @type {State} */
  #state = {
    link: { state: "connecting", message: "", retryAt: 0 },
    selected: null,
    compared: null,
    opened: false,
    arrived: 0,
    unseen: 0,
    viewers: 0,
    reply: null,
  };
  /** @type {Snapshot | undefined} */
  #snapshot = undefined;
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #list;
  /** @type {{epoch: string, seq: number} | null} */
  #position = null;
  #answers;
  #clock = new ServerClock();
  #looksAgain = false;
  /** The page was away since it heard of the reply. */
  #replyIsOld = true;
  #notices = 0;
  #watched = true;
  /** What the plot shows; it goes on while the list is paused. */
  rate = new Rate();

  /** @param {number} most  entries that are kept */
  constructor(most = DEFAULTS.most) {
    this.#list = new List(most);
    this.#answers = new Answers(2 * most);
  }

  /** @param {number} most */
  set most(most) {
    this.#list.most = most;
    this.#answers.most = 2 * most; // as many as wait while the list is paused
    this.#change({});
  }

  /** Made when it is asked for: at 500 requests a second that is once a frame, not for each. */
  get snapshot() {
    this.#snapshot ??= this.#look();
    return this.#snapshot;
  }

  /**
   * @param {() => void} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {Link} link */
  linkChanged(link) {
    this.#change({ link });
  }

  /** @param {Cut} cut */
  joined({ epoch, seq, missed, viewers }) {
    this.#position = { epoch, seq };
    this.#replyIsOld = true;
    this.#clock.distrust();
    if (missed !== 0) this.#addGap(missed);
    this.viewersChanged(viewers);
    this.linkChanged({ state: "live", message: "", retryAt: 0 });
  }

  /** @param {number} viewers */
  viewersChanged(viewers) {
    this.#change({ viewers });
  }

  /** @param {CapturedRequest} request */
  requestArrived(request) {
    this.#follow(request);
    if (this.isKnown(request.id)) return; // a balancer's retry of one that is there
    const arrived = Date.now();
    this.#clock.note(request.received_at, arrived);
    this.rate.count(arrived, this.#clock.age(request.received_at, arrived));
    if (!this.#watched) this.#state.unseen++;
    this.#add({ kind: "request", key: request.id, request, arrived });
  }

  /** @param {string} id  of a request */
  isKnown(id) {
    return this.#list.has(id);
  }

  /**
   * Requests were refused: one row for as long as nothing else comes between.
   * @param {Refused} refused
   */
  requestsRefused({ count, status, reason, message }) {
    const { newest } = this.#list.end;
    const why = { status, reason, message };
    if (newest?.kind !== "refused") {
      return this.#add({ kind: "refused", key: this.#key(), count, ...why });
    }
    this.#list.end.replaceNewest({ ...newest, ...why, count: newest.count + count });
    this.#change({});
  }

  /** @param {import("../wire/contract.js").Answered} answered */
  requestAnswered(answered) {
    this.#answers.add(answered);
    this.#change({});
  }

  /** @param {Reply | null} reply  null: it was reset */
  replyChanged(reply) {
    this.#replyIsOld = false;
    this.#change({ reply: reply ?? DEFAULT_REPLY });
  }

  /** @param {Reply} reply  asked for after joining; what the stream has told since is newer */
  replyRead(reply) {
    if (this.#replyIsOld) this.#change({ reply });
  }

  /** @param {boolean} visible  whether somebody can see this page */
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

  /** The list starts anew; what is missed from here on still shows. */
  clear() {
    this.#list.clear();
    this.#change({ selected: null, compared: null, opened: false });
  }

  /** What was cleared is there again. */
  undoClear() {
    this.#list.restore();
    this.#change({});
    const newest = this.snapshot.entries.find(({ kind }) => kind === "request");
    if (newest && !this.#state.selected) this.select(newest.key, false);
  }

  /** What was cleared is gone for good. */
  forgetCleared() {
    this.#list.forget();
    this.#change({});
  }

  /** @param {string} text */
  setFilter(text) {
    this.#list.filter = text;
    this.#change({});
  }

  /**
   * @param {string} id
   * @param {boolean} opened
   */
  select(id, opened) {
    const entry = this.#list.get(id);
    if (entry?.kind === "request") this.#change({ selected: entry.request, opened });
  }

  /** Back to the list. */
  close() {
    this.#change({ opened: false, compared: null });
  }

  /** What is selected next is compared with what is selected now. */
  compare() {
    this.#change({ compared: this.#state.selected, opened: false });
  }

  /**
   * A hole in the counting is a gap; where the counting changed, nobody can tell.
   * @param {CapturedRequest} request
   */
  #follow({ epoch, seq }) {
    const at = this.#position;
    if (at && at.epoch !== epoch) this.#addGap(null);
    else if (at && seq > at.seq + 1) this.#addGap(seq - at.seq - 1);
    if (!at || at.epoch !== epoch || seq > at.seq) this.#position = { epoch, seq };
  }

  /** @param {number | null} missed */
  #addGap(missed) {
    const { newest } = this.#list.end;
    // A server that comes and goes tells the same thing again and again: once is enough.
    if (missed === null && newest?.kind === "gap" && newest.missed === null) return;
    this.#add({ kind: "gap", key: this.#key(), missed });
  }

  #key() {
    return `notice ${++this.#notices}`;
  }

  /** @param {Entry} entry */
  #add(entry) {
    this.#list.end.add(entry);
    if (entry.kind === "request" && !this.#list.paused) {
      this.#state.arrived++;
      this.#state.selected ??= entry.request;
    }
    this.#change({});
    if (!this.#list.paused) this.entryAdded(entry);
  }

  /**
   * For those who tell others: each entry as it is put into the list.
   * @param {Entry} _entry
   */
  entryAdded(_entry) {}

  /** @param {Partial<State>} changes */
  #change(changes) {
    Object.assign(this.#state, changes);
    this.#snapshot = undefined;
    for (const listener of this.#listeners) listener();
  }

  /** @returns {Snapshot} */
  #look() {
    const view = this.#list.view();
    if (view.more) this.#lookAgain(view.more);
    const hidden = this.#isHidden(view);
    const selected = hidden ? null : this.#state.selected;
    const known = { answers: this.#answers, clock: this.#clock };
    return { ...this.#state, ...view, ...known, selected, hidden };
  }

  /**
   * Whether the filter hides the selected request. One that is being compared stays in sight: the
   * filter is how its other half is found.
   * @param {import("./list.js").View} view
   */
  #isHidden({ filter, more, shown }) {
    const { selected, compared } = this.#state;
    if (!filter.trim() || more || compared || !selected) return false;
    return this.isKnown(selected.id) && !shown.some(({ key }) => key === selected.id);
  }

  /** @param {Promise<void>} when */
  async #lookAgain(when) {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    await when;
    this.#looksAgain = false;
    this.#change({});
  }
}
