/**
 * Notify a reader who looks elsewhere: by the title, a sound, a notification.
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

/** Not for each request, and not by frames: a page in the background has none. */
const LOOK_MS = 250;

/** Higher counts show as "999+", so that the page's name stays in sight. */
const MAX_UNSEEN = 999;

/**
 * @param {Source} store
 * @param {Settings} settings
 */
export function startAlerts(store, settings) {
  const outside = new Outside(store, settings);
  const watch = () => store.visibilityChanged(!document.hidden);
  document.addEventListener("visibilitychange", watch);
  store.subscribe(() => outside.lookSoon());
  // What came until the reader turned away is no news to them.
  document.addEventListener("visibilitychange", () => outside.look(true));
  window.addEventListener("blur", () => outside.look(true));
  watch();
}

class Outside {
  #store;
  #settings;
  #name = document.title;
  #notifier = new Notifier();
  #told = 0;
  #timer = 0;

  /**
   * @param {Source} store
   * @param {Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
  }

  lookSoon() {
    this.#timer ||= window.setTimeout(() => this.look(document.hasFocus()), LOOK_MS);
  }

  /** @param {boolean} watched  whether the reader saw what has come */
  look(watched) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { arrived, unseen, entries } = this.#store.snapshot;
    document.title = titleText(this.#name, unseen);
    const news = arrived - this.#told;
    this.#told = arrived;
    if (news > 0) this.#alert(news, entries, watched);
  }

  /**
   * @param {number} news
   * @param {readonly Entry[]} entries
   * @param {boolean} watched
   */
  #alert(news, entries, watched) {
    const { sound, notify } = this.#settings.choices;
    const newest = entries.find(({ kind }) => kind === "request");
    if (sound) playTone();
    if (notify && !watched && newest?.request) this.#notifier.add(news, newest.request);
  }
}

/**
 * The title of the page, with how many requests nobody has seen yet:
 * "(3) 0b9e7a52… · Webhook Logger"
 * @param {string} name
 * @param {number} unseen  requests
 */
export function titleText(name, unseen) {
  if (unseen === 0) return name;
  return `(${unseen > MAX_UNSEEN ? `${MAX_UNSEEN}+` : unseen}) ${name}`;
}
