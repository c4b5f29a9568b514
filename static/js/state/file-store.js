/** The requests of an opened file, which are not live. Uses no DOM. */

import { Store } from "./store.js";

export class FileStore extends Store {
  #close;

  /**
   * @param {readonly import("./list-store.js").Captured[]} requests  oldest first
   * @param {import("./recogniser.js").Recogniser} recogniser
   * @param {() => void} close  called when the user clears the list
   */
  constructor(requests, recogniser, close) {
    super(Math.max(1, requests.length), recogniser);
    this.#close = close;
    this.addCaptured(requests);
    this.readAll(); // only requests that arrive are unread
  }

  /** No requests arrive. */
  pause() {}

  clear() {
    this.#close();
  }
}
