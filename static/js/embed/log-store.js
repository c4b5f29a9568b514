/**
 * The store of one log, which tells its page what happens, when it happens and in its order.
 *
 * @typedef {import("../wire/contract.js").Responded} Responded
 * @typedef {import("../wire/contract.js").Link} Link
 * @typedef {import("../wire/contract.js").LogEvents} Told
 *
 * @typedef {object} Listener
 * @property {() => void} changed  there is something else to show
 * @property {(name: keyof Told, detail: Told[keyof Told]) => void} tell
 */

import { Store } from "../state/store.js";

/** A balancer tries again within seconds; so many requests may come in between. */
const MAX_REMEMBERED = 10_000;

export class LogStore extends Store {
  #tell;
  /** Ids of requests that were told, the oldest first: the list may be shorter. @type {Set<string>} */
  #told = new Set();

  /**
   * @param {number} most
   * @param {Listener} listener
   */
  constructor(most, { changed, tell }) {
    super(most);
    this.#tell = tell;
    this.subscribe(changed);
  }

  /** @param {import("../state/store.js").Entry} entry */
  entryAdded(entry) {
    if (entry.kind === "request") this.#tellRequest(entry.request);
    if (entry.kind === "gap") this.#tell("gap", { missed: entry.missed });
  }

  /** @param {string} id  of a request */
  isKnown(id) {
    return this.#told.has(id);
  }

  /** @param {import("../wire/contract.js").CapturedRequest} request */
  #tellRequest(request) {
    this.#told.add(request.id);
    const [oldest] = this.#told;
    if (this.#told.size > MAX_REMEMBERED) this.#told.delete(oldest);
    this.#tell("request", request);
  }

  /** @param {import("../wire/contract.js").Refused} refused */
  requestsRefused(refused) {
    super.requestsRefused(refused);
    this.#tell("refused", refused);
  }

  /** @param {Responded} responded */
  requestResponded(responded) {
    super.requestResponded(responded);
    this.#tell("responded", responded);
  }

  /** @param {Link} link */
  linkChanged(link) {
    super.linkChanged(link);
    this.#tell("link", link);
  }

  /** The list starts anew, and what was in it is gone. */
  clear() {
    super.clear();
    this.forgetCleared();
  }
}
