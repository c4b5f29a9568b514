/**
 * The state of the page as one immutable snapshot. The stream writes it, and components read it. The
 * user's actions on the list are in `ListStore`.
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
 * @property {number} unseen   number of requests that arrived while the page was hidden
 * @property {number} viewers  of this callback, on all workers
 * @property {boolean} responder  whether a viewer produces the callback's responses
 * @property {Reply | null} reply  null while it is not known
 *
 * @typedef {State & import("./list-store.js").ListSnapshot & {clock: ServerClock}} Snapshot
 */

import { DEFAULT_REPLY } from "../reply/default-reply.js";
import { Notices } from "./entries.js";
import { ListStore } from "./list-store.js";
import { Position } from "./position.js";
import { Rate } from "./rate.js";
import { ServerClock } from "./server-clock.js";

export class Store extends ListStore {
  /** @type {State} */
  #state = {
    link: { state: "connecting", message: "", retryAt: 0 },
    unseen: 0,
    viewers: 0,
    responder: false,
    reply: null,
  };
  #position = new Position();
  #notices = new Notices();
  #clock = new ServerClock();
  /** Whether the page has reconnected since it received the reply. */
  #replyIsOld = true;
  #watched = true;
  /** The rate of requests, which also counts while the list is paused. */
  rate = new Rate();

  /** @returns {Snapshot} */
  get snapshot() {
    return /** @type {Snapshot} */ (super.snapshot);
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
    if (recovered) this.add(this.#notices.recovered(recovered, this.list.target.newest));
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
    this.add({ kind: "request", key: request.id, request, arrived });
    this.requestReceived(request);
  }

  /**
   * Called with each new request, also while the list is paused, for subclasses.
   * @param {CapturedRequest} _request
   */
  requestReceived(_request) {}

  /**
   * Add refused requests. Consecutive ones share one notice.
   * @param {Refused} refused
   */
  requestsRefused(refused) {
    this.add(this.#notices.refused(refused, this.list.target.newest));
  }

  /** @param {import("../wire/contract.js").Responded} responded */
  requestResponded(responded) {
    this.responses.add(responded);
    this.changed();
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

  /** @param {number | null} missed */
  #addGap(missed) {
    if (missed === 0) return;
    const gap = this.#notices.gap(missed, this.list.target.newest);
    if (gap) this.add(gap);
  }

  /** @param {Partial<State>} changes */
  #change(changes) {
    Object.assign(this.#state, changes);
    this.changed();
  }

  /**
   * @protected
   * @returns {Snapshot}
   */
  createSnapshot() {
    return { ...super.createSnapshot(), ...this.#state, clock: this.#clock };
  }
}
