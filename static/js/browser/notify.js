/** Desktop notifications. */

import { visible } from "../text/format.js";
import { subpathAndQuery, textOfLine } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Requests within this time share one notification. */
const GATHER_MS = 1000;
const LONGEST = 120;

/** Return false if the browser, the user or plain http does not allow notifications. */
export function mayNotify() {
  return "Notification" in window && Notification.permission === "granted";
}

/** Ask the user for permission and show an example. Return false without permission. */
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
    if (this.#count === 0) setTimeout(() => this.#show(), GATHER_MS);
    this.#count += count;
    this.#newest = newest;
  }

  #show() {
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
    // With the same tag, a notification replaces the previous one. Sound is a separate setting.
    const notification = new Notification(title, { body, tag: location.pathname, silent: true });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return true;
  } catch {
    return false; // phones support only notifications from service workers
  }
}
