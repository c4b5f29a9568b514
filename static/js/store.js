/**
 * Everything the page knows, as one immutable snapshot. The stream writes, components read.
 *
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Link
 * @property {"connecting" | "live" | "reconnecting" | "stalled" | "offline" | "refused"} state
 * @property {string} message  why, where there is more to say
 *
 * @typedef {object} Cut  the position of the stream at the moment of joining
 * @property {string} epoch
 * @property {number} seq
 * @property {number | null} missed
 * @property {number} viewers  of this callback, this page included
 *
 * @typedef {{kind: "request", key: string, request: CapturedRequest}} RequestEntry
 * @typedef {{kind: "gap", key: string, missed: number | null}} GapEntry
 * @typedef {{kind: "refused", key: string, count: number}} RefusedEntry
 * @typedef {RequestEntry | GapEntry | RefusedEntry} Entry
 *
 * @typedef {object} Snapshot
 * @property {Link} link
 * @property {readonly Entry[]} entries  newest first
 * @property {CapturedRequest | null} selected  stays readable when the list has dropped it
 * @property {boolean} opened  the reader asked for the detail; on a phone it covers the list
 * @property {number} arrived  requests shown since the page was opened
 * @property {number} viewers  of this callback, on all workers
 */

export const MOST_ENTRIES = 1000;

export class Store {
  /** @type {Snapshot} */
  snapshot = {
    link: { state: "connecting", message: "" },
    entries: [],
    selected: null,
    opened: false,
    arrived: 0,
    viewers: 0,
  };
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {Set<string>} */
  #ids = new Set();
  /** @type {{epoch: string, seq: number} | null} */
  #position = null;
  #notices = 0;

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
    if (missed !== 0) this.#addGap(missed);
    this.viewersChanged(viewers);
    this.linkChanged({ state: "live", message: "" });
  }

  /** @param {number} viewers */
  viewersChanged(viewers) {
    this.#change({ viewers });
  }

  /** @param {CapturedRequest} request */
  requestArrived(request) {
    this.#follow(request);
    if (this.#ids.has(request.id)) return; // a balancer's retry of one that is shown
    this.#ids.add(request.id);
    const first = this.snapshot.arrived === 0;
    this.#add({ kind: "request", key: request.id, request });
    this.#change({
      arrived: this.snapshot.arrived + 1,
      selected: first ? request : this.snapshot.selected,
    });
  }

  /**
   * Requests were refused for rate: one row for as long as nothing else comes between.
   * @param {number} count
   */
  requestsRefused(count) {
    const [newest, ...rest] = this.snapshot.entries;
    if (newest?.kind !== "refused") {
      this.#add({ kind: "refused", key: this.#noticeKey(), count });
    } else {
      this.#change({ entries: [{ ...newest, count: newest.count + count }, ...rest] });
    }
  }

  /**
   * @param {string} id
   * @param {boolean} opened
   */
  select(id, opened) {
    const entry = this.snapshot.entries.find(({ key }) => key === id);
    if (entry?.kind === "request") this.#change({ selected: entry.request, opened });
  }

  close() {
    this.#change({ opened: false });
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
    const newest = this.snapshot.entries[0];
    // A server that comes and goes tells the same thing again and again: once is enough.
    if (missed === null && newest?.kind === "gap" && newest.missed === null) return;
    this.#add({ kind: "gap", key: this.#noticeKey(), missed });
  }

  #noticeKey() {
    return `notice ${++this.#notices}`;
  }

  /** @param {Entry} entry */
  #add(entry) {
    const entries = [entry, ...this.snapshot.entries];
    for (const { key } of entries.splice(MOST_ENTRIES)) this.#ids.delete(key);
    this.#change({ entries });
  }

  /** @param {Partial<Snapshot>} changes */
  #change(changes) {
    this.snapshot = { ...this.snapshot, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
