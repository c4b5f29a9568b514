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
  watch();
}

class Outside {
  #store;
  #settings;
  #name = document.title;
  #notifier = new Notifier();
  #told = 0;
  #waiting = false;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./settings.js").Settings} settings
   */
  constructor(store, settings) {
    this.#store = store;
    this.#settings = settings;
  }

  lookSoon() {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => this.#look(), LOOK_MS);
  }

  #look() {
    this.#waiting = false;
    const { arrived, unseen, entries } = this.#store.snapshot;
    document.title = titleText(this.#name, unseen);
    const news = arrived - this.#told;
    this.#told = arrived;
    if (news > 0) this.#alert(news, entries);
  }

  /**
   * @param {number} news
   * @param {readonly import("./store.js").Entry[]} entries
   */
  #alert(news, entries) {
    const { sound, notify } = this.#settings.choices;
    const newest = entries.find(({ kind }) => kind === "request");
    if (sound) playTone();
    if (notify && newest?.kind === "request") this.#notifier.add(news, newest.request);
  }
}
