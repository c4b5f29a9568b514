/**
 * The secrets that the user asked to remember for this tab, by provider. They are kept in
 * sessionStorage, for one callback, and never sent. Uses no DOM.
 *
 * @typedef {Readonly<Record<string, string>>} Fields  the entered values by field, such as `secret`
 */

import { Observable } from "./observable.js";

export class Secrets extends Observable {
  #storage;
  #key;
  /** @type {Readonly<Record<string, Fields>>} by provider id */
  #fields;
  /** Whether the browser keeps them until the tab is closed. If not, this page does, until it is reloaded. */
  isKept = true;
  /** Whether the server lets this page respond to handshakes with them. */
  responds = true;

  /**
   * @param {() => Pick<Storage, "getItem" | "setItem" | "removeItem">} storage  throws if the browser forbids storage
   * @param {string} uuid  of the callback
   */
  constructor(storage, uuid) {
    super();
    this.#storage = storage;
    this.#key = `webhook-logger secrets ${uuid}`;
    this.#fields = this.#saved();
  }

  /** The ids of the providers whose secret is remembered. */
  get providerIds() {
    return Object.keys(this.#fields);
  }

  /**
   * Return the values of a provider: the same object until they change.
   * @param {string} provider  its id
   * @returns {Fields | undefined}
   */
  get(provider) {
    return Object.hasOwn(this.#fields, provider) ? this.#fields[provider] : undefined;
  }

  /**
   * @param {string} provider  its id
   * @param {Fields} fields
   */
  remember(provider, fields) {
    this.#change({ ...this.#fields, [provider]: { ...fields } });
  }

  /** @param {string} provider  its id */
  forget(provider) {
    const { [provider]: _, ...others } = this.#fields;
    this.#change(others);
  }

  /** @param {Readonly<Record<string, Fields>>} fields */
  #change(fields) {
    this.#fields = fields;
    try {
      if (this.providerIds.length === 0) this.#storage().removeItem(this.#key);
      else this.#storage().setItem(this.#key, JSON.stringify(fields));
      this.isKept = true;
    } catch {
      this.isKept = false; // storage is full or forbidden
    }
    this.notify();
  }

  /** @returns {Readonly<Record<string, Fields>>} */
  #saved() {
    try {
      const saved = JSON.parse(this.#storage().getItem(this.#key) ?? "{}");
      return Object.fromEntries(Object.entries(saved).filter(([, fields]) => isFields(fields)));
    } catch {
      return {}; // the saved value is not ours, or storage is forbidden
    }
  }
}

/** @param {unknown} fields */
function isFields(fields) {
  if (typeof fields !== "object" || fields === null) return false;
  return Object.values(fields).every((value) => typeof value === "string");
}
