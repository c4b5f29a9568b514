/** What a reader who looks elsewhere is told: the title, a sound, a notification. */

import { Notifier } from "./notify.js";
import { playTone } from "./sound.js";
import { titleText } from "./title.js";

/** Not for each request, and not by frames: a page in the background has none. */
const LOOK_MS = 250;

/**
 * @param {import("./store.js").Store} store
 * @param {import("./settings.js").Settings} settings
 */
export function tellOutside(store, settings) {
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
   * @param {import("./store.js").Store} store
   * @param {import("./settings.js").Settings} settings
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
   * @param {readonly import("./store.js").Entry[]} entries
   * @param {boolean} watched
   */
  #alert(news, entries, watched) {
    const { sound, notify } = this.#settings.choices;
    const newest = entries.find(({ kind }) => kind === "request");
    if (sound) playTone();
    if (notify && !watched && newest?.kind === "request") this.#notifier.add(news, newest.request);
  }
}
