/**
 * The store of one log. Reports each event to the page at once and in order.
 *
 * @typedef {import("../wire/contract.js").Responded} Responded
 * @typedef {import("../wire/contract.js").Link} Link
 * @typedef {import("../wire/contract.js").LogEvents} LogEvents
 *
 * @typedef {object} Listener
 * @property {() => void} changed  the snapshot has changed
 * @property {(name: keyof LogEvents, detail: LogEvents[keyof LogEvents]) => void} report
 */

import { Store } from "../state/store.js";

/** Ids remembered to detect the duplicates of a balancer, which retries within seconds. */
const MAX_REMEMBERED = 10_000;

export class LogStore extends Store {
  #report;
  /** Ids of reported requests, oldest first. The list can be shorter. @type {Set<string>} */
  #reported = new Set();
  /** The URL for senders, if the server has reported it. */
  callbackUrl = "";

  /**
   * @param {number} maxEntries
   * @param {Listener} listener
   */
  constructor(maxEntries, { changed, report }) {
    super(maxEntries);
    this.#report = report;
    this.subscribe(changed);
  }

  /** @param {import("../state/store.js").Entry} entry */
  entryAdded(entry) {
    if (entry.kind === "request") this.#reportRequest(entry.request);
    if (entry.kind === "gap") this.#report("gap", { missed: entry.missed });
    if (entry.kind === "recovered") this.#report("recovered", { recovered: entry.recovered });
  }

  /** @param {string} id  of a request */
  isKnown(id) {
    return this.#reported.has(id);
  }

  /** @param {import("../wire/contract.js").CapturedRequest} request */
  #reportRequest(request) {
    this.#reported.add(request.id);
    const [oldest] = this.#reported;
    if (this.#reported.size > MAX_REMEMBERED) this.#reported.delete(oldest);
    this.#report("request", request);
  }

  /** @param {import("../wire/contract.js").Joined} joined */
  joined(joined) {
    this.callbackUrl = joined.callback_url ?? this.callbackUrl;
    super.joined(joined);
  }

  /** @param {import("../wire/contract.js").Refused} refused */
  requestsRefused(refused) {
    super.requestsRefused(refused);
    this.#report("refused", refused);
  }

  /** @param {Responded} responded */
  requestResponded(responded) {
    super.requestResponded(responded);
    this.#report("responded", responded);
  }

  /** @param {Link} link */
  linkChanged(link) {
    super.linkChanged(link);
    this.#report("link", link);
  }

  /** Clear the list. It can't be restored. */
  clear() {
    super.clear();
    this.forgetRemoved();
  }
}
