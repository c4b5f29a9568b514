/** Desktop notifications, for a reader who looks elsewhere. */

import { visible } from "../text/format.js";
import { subpathAndQuery, textOfLine } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** A burst is one notification. */
const GATHER_MS = 1000;
const LONGEST = 120;

/** False where the browser has none, the reader said no, or the page is not served securely. */
export function mayNotify() {
  return "Notification" in window && Notification.permission === "granted";
}

/** Asks the reader, and shows one to tell how they look; false when there will be none. */
export async function askToNotify() {
  if (!("Notification" in window)) return false;
  if ((await Notification.requestPermission()) !== "granted") return false;
  return show(
    "Notifications are on",
    "New requests appear like this while the page is in the background.",
  );
}

export class Notifier {
  #count = 0;
  /** @type {CapturedRequest | undefined} */
  #newest = undefined;

  /**
   * @param {number} count
   * @param {CapturedRequest} newest
   */
  add(count, newest) {
    if (this.#count === 0) setTimeout(() => this.#tell(), GATHER_MS);
    this.#count += count;
    this.#newest = newest;
  }

  #tell() {
    const title = this.#count === 1 ? "1 new request" : `${this.#count} new requests`;
    this.#count = 0;
    if (!this.#newest || document.hasFocus() || !mayNotify()) return;
    const text = `${this.#newest.method} ${textOfLine(subpathAndQuery(this.#newest))}`;
    show(title, visible(text.slice(0, LONGEST)));
  }
}

/**
 * @param {string} title
 * @param {string} body
 */
function show(title, body) {
  try {
    // The same tag for all: a new one takes the place of the one before. Sound is a setting of its own.
    const notification = new Notification(title, { body, tag: location.pathname, silent: true });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return true;
  } catch {
    return false; // phones know only those of service workers
  }
}
