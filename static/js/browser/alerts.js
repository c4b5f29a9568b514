/**
 * Notify the user of new requests with the page title, a sound and desktop notifications.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {{kind: "request", request: CapturedRequest} | {kind: string, request?: undefined}} Entry
 *
 * @typedef {object} Source
 * @property {{arrived: number, unseen: number, entries: readonly Entry[]}} snapshot
 * @property {(listener: () => void) => void} subscribe
 * @property {(visible: boolean) => void} visibilityChanged
 *
 * @typedef {{choices: Readonly<{sound: boolean, notify: boolean}>}} Settings
 */

import { Notifier } from "./notify.js";
import { playTone } from "./sound.js";

/** Delay before a check, so that many requests cause one. Pages in the background draw no frames. */
const CHECK_DELAY_MS = 250;

/** Higher counts are shown as "999+", so that the name stays visible. */
const MAX_UNSEEN = 999;

/**
 * @param {Source} store
 * @param {Settings} settings
 */
export function startAlerts(store, settings) {
  const alerts = new Alerts(store, settings);
  const watch = () => store.visibilityChanged(!document.hidden);
  document.addEventListener("visibilitychange", watch);
  store.subscribe(() => alerts.checkSoon());
  // The user has seen all requests that arrived before the page lost the focus.
  document.addEventListener("visibilitychange", () => alerts.check(true));
  window.addEventListener("blur", () => alerts.check(true));
  watch();
}

class Alerts {
  #store;
  #settings;
  #name = document.title;
  #notifier = new Notifier();
  #reported = 0;
  #timer = 0;

  /**
   * @param {Source} store
   * @param {Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
  }

  checkSoon() {
    this.#timer ||= window.setTimeout(() => this.check(document.hasFocus()), CHECK_DELAY_MS);
  }

  /** @param {boolean} watched  whether the user saw the new requests */
  check(watched) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { arrived, unseen, entries } = this.#store.snapshot;
    document.title = titleText(this.#name, unseen);
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
 * Return the page title with the number of unseen requests: "(3) 0b9e7a52… · Webhook Logger".
 * @param {string} name
 * @param {number} unseen  requests
 */
export function titleText(name, unseen) {
  if (unseen === 0) return name;
  return `(${unseen > MAX_UNSEEN ? `${MAX_UNSEEN}+` : unseen}) ${name}`;
}
