/**
 * The callbacks that this browser watched: their links, the names that the user gave them, and the
 * last visits. They are kept in localStorage, and never sent. Requests are never kept. Uses no DOM.
 *
 * @typedef {object} Callback
 * @property {string} server  URL of the server, with its prefix if it has one
 * @property {string} uuid
 *
 * @typedef {Readonly<Callback & {key: string, name: string, visited: number}>} Recent
 *   key: the view key, or "" for an open callback; name: "" without one; visited: milliseconds
 *   since 1970
 */

import { Observable } from "./observable.js";

const STORAGE_KEY = "webhook-logger recent";

/** Maximum number of callbacks. Those without a name make room first. */
export const MAX_RECENT = 50;

/** Maximum characters of a name. */
export const MAX_NAME = 60;

export class RecentCallbacks extends Observable {
  #storage;
  #here;
  /** Newest first. @type {readonly Recent[]} */
  #all = [];

  /**
   * @param {() => Pick<Storage, "getItem" | "setItem">} storage  throws if the browser forbids storage
   * @param {Callback} here  the callback of this page
   */
  constructor(storage, here) {
    super();
    this.#storage = storage;
    this.#here = here;
    this.#read();
  }

  /** All callbacks, newest first. The array does not change. */
  get all() {
    return this.#all;
  }

  /** The callback of this page, or undefined if it is not kept. */
  get here() {
    return this.#all.find((each) => this.isHere(each));
  }

  /** The name of this page's callback, or "". */
  get name() {
    return this.here?.name ?? "";
  }

  /** The view key with which this page's callback was watched before, or "". */
  get key() {
    return this.here?.key ?? "";
  }

  /** @param {Recent} recent */
  isHere(recent) {
    return isSame(recent, this.#here);
  }

  /**
   * Keep this page's callback as the newest one. Call it once the server has accepted the key.
   * @param {string} key  the view key, or ""
   * @param {number} now
   */
  visit(key, now) {
    this.#change((all) => {
      const others = all.filter((each) => !this.isHere(each));
      const name = all.find((each) => this.isHere(each))?.name ?? "";
      return [{ ...this.#here, key, name, visited: now }, ...others];
    });
  }

  /**
   * Name a callback. An empty name removes the name.
   * @param {Recent} recent
   * @param {string} name
   */
  rename(recent, name) {
    const cleaned = cleanName(name);
    this.#change((all) =>
      all.map((each) => (isSame(each, recent) ? { ...each, name: cleaned } : each)),
    );
  }

  /** @param {Recent} recent */
  forget(recent) {
    this.#change((all) => all.filter((each) => !isSame(each, recent)));
  }

  forgetAll() {
    this.#change(() => []);
  }

  /**
   * Bring back callbacks that were forgotten.
   * @param {readonly Recent[]} forgotten
   */
  restore(forgotten) {
    this.#change((all) => {
      const missing = forgotten.filter((old) => !all.some((each) => isSame(each, old)));
      return [...all, ...missing].sort((a, b) => b.visited - a.visited);
    });
  }

  /** Apply the changes of another tab. */
  reread() {
    this.#read();
    this.notify();
  }

  /**
   * Change the stored callbacks, which another tab can have changed.
   * @param {(all: readonly Recent[]) => readonly Recent[]} change
   */
  #change(change) {
    this.#read();
    this.#all = limited(change(this.#all));
    try {
      this.#storage().setItem(STORAGE_KEY, JSON.stringify(this.#all));
    } catch {
      // storage is full or forbidden: this page keeps them until it is closed
    }
    this.notify();
  }

  #read() {
    let text;
    try {
      text = this.#storage().getItem(STORAGE_KEY) ?? "[]";
    } catch {
      return; // storage is forbidden: this page keeps what it has
    }
    this.#all = parsed(text);
  }
}

/** @param {Callback} a @param {Callback} b */
function isSame(a, b) {
  return a.uuid === b.uuid && a.server === b.server;
}

/** @param {readonly Recent[]} all  newest first */
function limited(all) {
  const kept = [...all];
  while (kept.length > MAX_RECENT) {
    const at = kept.findLastIndex(({ name }, index) => !name && index > 0);
    kept.splice(at < 0 ? kept.length - 1 : at, 1);
  }
  return kept;
}

/** @param {string} name */
function cleanName(name) {
  return name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME)
    .trim();
}

/**
 * Return the valid entries of a stored text, which another version or program may have written.
 * @param {string} text
 * @returns {readonly Recent[]}
 */
function parsed(text) {
  try {
    const all = JSON.parse(text);
    return Array.isArray(all) ? limited(all.filter(isRecent)) : [];
  } catch {
    return [];
  }
}

/** @param {any} value @returns {value is Recent} */
function isRecent(value) {
  if (typeof value !== "object" || value === null) return false;
  const { server, uuid, key, name, visited } = value;
  const texts = [server, uuid, key, name].every((each) => typeof each === "string");
  return texts && /^https?:\/\//.test(server) && Number.isFinite(visited);
}
