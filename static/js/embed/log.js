/**
 * The state of one log, and the connection to its callback. Uses no DOM.
 *
 * @typedef {import("../wire/contract.js").StreamPosition} StreamPosition
 */

import { isKey, isPrivate } from "../wire/private.js";
import { openStream, parseCallbackUrl } from "../wire/stream.js";
import { LogStore } from "./log-store.js";
import { mixedText, policyText } from "./obstacles.js";

const NO_SRC = "set the src attribute to the URL of a callback";
const NO_KEY =
  "this callback is private. Set the src attribute to the link for people who may watch, which ends in #key=…";

export class Log {
  #maxEntries;
  #listener;
  /** URL of the callback, "" if the element has none, null while it follows none. @type {string | null} */
  #src = null;
  #withCredentials = false;
  /** @type {import("../wire/contract.js").Stream | undefined} */
  #stream = undefined;
  /** Position in the callback's stream, kept when the log disconnects. @type {StreamPosition | undefined} */
  place = undefined;
  store;

  /**
   * @param {number} maxEntries
   * @param {import("./log-store.js").Listener} listener
   */
  constructor(maxEntries, listener) {
    this.#maxEntries = maxEntries;
    this.#listener = listener;
    this.store = new LogStore(maxEntries, listener);
  }

  /** @param {number} maxEntries */
  set maxEntries(maxEntries) {
    this.#maxEntries = maxEntries;
    this.store.maxEntries = maxEntries;
  }

  /**
   * Follow another callback, or none. A callback that is followed again counts what was missed.
   * @param {string | null} src  absolute
   * @param {boolean} [withCredentials]
   */
  follow(src, withCredentials = false) {
    if (src === this.#src && withCredentials === this.#withCredentials) return;
    this.#src = src;
    this.#withCredentials = withCredentials;
    this.#close();
    if (src !== null) this.#open(src);
  }

  tryNow() {
    this.#stream?.tryNow();
  }

  /** @param {SecurityPolicyViolationEvent} violation  event of the page */
  blocked(violation) {
    const text = this.#stream && this.place && policyText(this.place.server, violation);
    if (text) this.#refuse(text);
  }

  /** @param {string} src */
  #open(src) {
    try {
      this.#goTo(parseCallbackUrl(src));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#reset(undefined);
      this.#refuse(src ? error.message : NO_SRC);
    }
  }

  /** @param {StreamPosition} place */
  #goTo(place) {
    const { server, uuid } = this.place ?? {};
    if (uuid !== place.uuid || server !== place.server) this.#reset(place);
    else this.place = { ...this.place, ...place, key: place.key };
    if (isPrivate(place.uuid) && !isKey(place.key ?? "")) return this.#refuse(NO_KEY, "private");
    const obstacle = mixedText(place.server, location.origin);
    if (obstacle) return this.#refuse(obstacle);
    this.store.linkChanged({ state: "connecting", message: "", retryAt: 0 });
    this.#stream = openStream(this.place ?? place, this.store, {
      withCredentials: this.#withCredentials,
    });
  }

  /** @param {StreamPosition | undefined} place */
  #reset(place) {
    this.place = place;
    this.store = new LogStore(this.#maxEntries, this.#listener);
  }

  /**
   * @param {string} message
   * @param {string} [reason]
   */
  #refuse(message, reason) {
    this.#close();
    this.store.linkChanged({ state: "refused", message, retryAt: 0, reason });
  }

  #close() {
    this.place = this.#stream?.close() ?? this.place;
    this.#stream = undefined;
  }
}
