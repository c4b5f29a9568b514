/**
 * The entries of the list: requests, and notices in place of requests that are not there.
 *
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").Refused} Refused
 *
 * @typedef {object} RequestEntry
 * @property {"request"} kind
 * @property {string} key
 * @property {CapturedRequest} request
 * @property {number} arrived  milliseconds, by this page's clock
 *
 * @typedef {{kind: "gap", key: string, missed: number | null}} GapEntry
 * @typedef {{kind: "refused", key: string} & Refused} RefusedEntry
 * @typedef {RequestEntry | GapEntry | RefusedEntry} Entry
 */

/** Makes notices. One that says the same thing as the newest entry takes its place, by its key. */
export class Notices {
  #count = 0;

  /**
   * A notice of missed requests; null where the newest entry already says that.
   * @param {number | null} missed  null: the server cannot tell
   * @param {Entry | undefined} newest
   * @returns {GapEntry | null}
   */
  gap(missed, newest) {
    // A server that restarts again and again reports the same each time: one notice is enough.
    if (missed === null && newest?.kind === "gap" && newest.missed === null) return null;
    return { kind: "gap", key: this.#key(), missed };
  }

  /**
   * A notice of refused requests, with those of the newest entry added.
   * @param {Refused} refused
   * @param {Entry | undefined} newest
   * @returns {RefusedEntry}
   */
  refused({ count, status, reason, message }, newest) {
    const why = { status, reason, message };
    if (newest?.kind !== "refused") return { kind: "refused", key: this.#key(), count, ...why };
    return { ...newest, ...why, count: newest.count + count };
  }

  #key() {
    return `notice ${++this.#count}`;
  }
}
