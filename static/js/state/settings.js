/**
 * The user's settings, saved in localStorage. Requests are never saved. Uses no DOM.
 *
 * @typedef {object} Choices
 * @property {import("../browser/theme.js").Theme} theme
 * @property {number} maxEntries    maximum requests in the list
 * @property {boolean} notify  desktop notifications of new requests
 * @property {boolean} sound
 * @property {boolean} follow  the newest request is always the selected one
 * @property {boolean} keys    single-key shortcuts are on
 * @property {number} listWidth  of the list next to the detail, in pixels; 0 for the default
 * @property {readonly string[]} filters  the saved filters, newest first
 * @property {boolean} address  say how providers can reach an address that is local or plain HTTP
 * @property {string} forwardTo  the port or URL on the user's machine, as entered
 */

import { Observable } from "./observable.js";

/** @type {Readonly<Choices>} */
export const DEFAULTS = {
  theme: "system",
  maxEntries: 1000,
  notify: false,
  sound: false,
  follow: false,
  keys: true,
  listWidth: 0,
  filters: [],
  address: true,
  forwardTo: "",
};

/** @type {readonly Choices["theme"][]} */
export const THEMES = ["system", "light", "dark"];

/** The choices of `maxEntries`. */
export const LIMITS = [100, 300, 1000, 3000, 10_000];

/** Maximum of `listWidth` in pixels. */
const MAX_WIDTH = 10_000;

/** Maximum number of saved filters. */
export const MAX_FILTERS = 20;

/** Maximum characters of `forwardTo`, and of a saved filter. */
const MAX_TEXT = 2000;

/** @type {{[name in keyof Choices]: (value: unknown) => boolean}} */
const VALID = {
  theme: (value) => THEMES.some((each) => each === value),
  maxEntries: (value) => LIMITS.some((each) => each === value),
  notify: (value) => typeof value === "boolean",
  sound: (value) => typeof value === "boolean",
  follow: (value) => typeof value === "boolean",
  keys: (value) => typeof value === "boolean",
  listWidth: (value) => typeof value === "number" && value >= 0 && value <= MAX_WIDTH,
  filters: (value) =>
    Array.isArray(value) &&
    value.length <= MAX_FILTERS &&
    value.every((each) => typeof each === "string" && each.length <= MAX_TEXT),
  forwardTo: (value) => typeof value === "string" && value.length <= MAX_TEXT,
  address: (value) => typeof value === "boolean",
};

const KEY = "webhook-logger";

export class Settings extends Observable {
  #storage;

  /** @param {() => Pick<Storage, "getItem" | "setItem">} storage  throws if the browser forbids storage */
  constructor(storage) {
    super();
    this.#storage = storage;
    /** @type {Readonly<Choices>} */
    this.choices = { ...DEFAULTS, ...saved(storage) };
  }

  /** Apply the changes of another tab. Each tab follows the newest request by itself. */
  reread() {
    const { follow } = this.choices;
    this.choices = { ...this.choices, ...saved(this.#storage), follow };
    this.notify();
  }

  /**
   * Change settings. Invalid values are ignored.
   * @param {Partial<Choices>} changes
   */
  change(changes) {
    this.choices = { ...this.choices, ...valid(changes) };
    try {
      this.#storage().setItem(KEY, JSON.stringify(this.choices));
    } catch {
      // storage is full or forbidden: the setting lasts until the page is closed
    }
    this.notify();
  }
}

/** @param {() => Pick<Storage, "getItem">} storage */
function saved(storage) {
  try {
    return valid(JSON.parse(storage().getItem(KEY) ?? "{}"));
  } catch {
    return {}; // the saved value is not ours, or storage is forbidden
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
