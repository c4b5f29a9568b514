/**
 * Notify the user of new requests with the page's title and icon, a sound and desktop notifications.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {{kind: "request", request: CapturedRequest} | {kind: string, request?: undefined}} Entry
 *
 * @typedef {object} Source
 * @property {{arrived: number, unseen: number, entries: readonly Entry[]}} snapshot
 * @property {(listener: () => void) => void} subscribe
 * @property {(visible: boolean) => void} visibilityChanged
 *
 * @typedef {{name: string, subscribe: (listener: () => void) => void}} Named  the name of the callback, or ""
 * @typedef {{choices: Readonly<{sound: boolean, notify: boolean}>}} Settings
 */

import { showBadge } from "./icon.js";
import { Notifier } from "./notify.js";
import { playTone } from "./sound.js";

/** Delay before a check, so that many requests cause one. Pages in the background draw no frames. */
const CHECK_DELAY_MS = 250;

/** Higher counts are shown as "999+", so that the name stays visible. */
const MAX_UNSEEN = 999;

/**
 * @param {Source} store
 * @param {Settings} settings
 * @param {Named} named
 */
export function startAlerts(store, settings, named) {
  const alerts = new Alerts(store, settings, named);
  const watch = () => store.visibilityChanged(!document.hidden);
  document.addEventListener("visibilitychange", watch);
  store.subscribe(() => alerts.checkSoon());
  named.subscribe(() => alerts.checkSoon());
  // The user has seen all requests that arrived before the page lost the focus.
  document.addEventListener("visibilitychange", () => alerts.check(true));
  window.addEventListener("blur", () => alerts.check(true));
  watch();
}

class Alerts {
  #store;
  #settings;
  #named;
  #title = document.title;
  #notifier = new Notifier();
  #reported = 0;
  #timer = 0;

  /**
   * @param {Source} store
   * @param {Settings} settings
   * @param {Named} named
   */
  constructor(store, settings, named) {
    this.#store = store;
    this.#settings = settings;
    this.#named = named;
  }

  checkSoon() {
    this.#timer ||= window.setTimeout(() => this.check(document.hasFocus()), CHECK_DELAY_MS);
  }

  /** @param {boolean} watched  whether the user saw the new requests */
  check(watched) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { arrived, unseen, entries } = this.#store.snapshot;
    document.title = titleText(this.#title, this.#named.name, unseen);
    showBadge(unseen > 0);
    const count = arrived - this.#reported;
    this.#reported = arrived;
    if (count > 0) this.#alert(count, entries, watched);
  }

  /**
   * @param {number} count
   * @param {readonly Entry[]} entries
   * @param {boolean} watched
   */
  #alert(count, entries, watched) {
    const { sound, notify } = this.#settings.choices;
    const newest = entries.find(({ kind }) => kind === "request");
    if (sound) playTone();
    if (notify && !watched && newest?.request) this.#notifier.add(count, newest.request);
  }
}

/**
 * Return the page title with the callback's name and the number of unseen requests:
 * "(3) Payments · Webhook Logger".
 * @param {string} title  without them: "0b9e7a52… · Webhook Logger"
 * @param {string} name   or ""
 * @param {number} unseen  requests
 */
export function titleText(title, name, unseen) {
  const named = name ? title.replace(/^.*(?= · )/, () => name) : title;
  if (unseen === 0) return named;
  return `(${unseen > MAX_UNSEEN ? `${MAX_UNSEEN}+` : unseen}) ${named}`;
}
