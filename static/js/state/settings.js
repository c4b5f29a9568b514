/**
 * What the reader has chosen, kept in localStorage; requests never are. No DOM in here.
 *
 * @typedef {object} Choices
 * @property {import("../browser/theme.js").Theme} theme
 * @property {number} most     requests kept in the list
 * @property {boolean} notify  desktop notifications of new requests
 * @property {boolean} sound
 * @property {boolean} keys    single keys act on the page
 */

import { Observable } from "./observable.js";

/** @type {Readonly<Choices>} */
export const DEFAULTS = { theme: "system", most: 1000, notify: false, sound: false, keys: true };

/** @type {readonly Choices["theme"][]} */
export const THEMES = ["system", "light", "dark"];

/** How many requests can be kept. */
export const MAX = [100, 300, 1000, 3000, 10_000];

/** @type {{[name in keyof Choices]: (value: unknown) => boolean}} */
const VALID = {
  theme: (value) => THEMES.some((each) => each === value),
  most: (value) => MAX.some((each) => each === value),
  notify: (value) => typeof value === "boolean",
  sound: (value) => typeof value === "boolean",
  keys: (value) => typeof value === "boolean",
};

const KEY = "webhook-logger";

export class Settings extends Observable {
  #storage;

  /** @param {() => Pick<Storage, "getItem" | "setItem">} storage  asking for it may be forbidden */
  constructor(storage) {
    super();
    this.#storage = storage;
    /** @type {Readonly<Choices>} */
    this.choices = { ...DEFAULTS, ...kept(storage) };
  }

  /** What another tab has changed holds here too. */
  reread() {
    this.choices = { ...this.choices, ...kept(this.#storage) };
    this.notify();
  }

  /**
   * Change some; a value that cannot be is left out.
   * @param {Partial<Choices>} changes
   */
  change(changes) {
    this.choices = { ...this.choices, ...valid(changes) };
    try {
      this.#storage().setItem(KEY, JSON.stringify(this.choices));
    } catch {
      // storage is full or forbidden: the choice holds until the page is closed
    }
    this.notify();
  }
}

/** @param {() => Pick<Storage, "getItem">} storage */
function kept(storage) {
  try {
    return valid(JSON.parse(storage().getItem(KEY) ?? "{}"));
  } catch {
    return {}; // what stands there is not ours, or storage is forbidden
  }
}

/**
 * @param {unknown} choices
 * @returns {Partial<Choices>}
 */
function valid(choices) {
  if (typeof choices !== "object" || choices === null) return {};
  const names = /** @type {(keyof Choices)[]} */ (Object.keys(VALID));
  const pairs = Object.entries(choices);
  return Object.fromEntries(
    pairs.filter(([name, value]) => names.some((each) => each === name && VALID[each](value))),
  );
}
