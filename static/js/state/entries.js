/**
 * The entries of the list: requests, and notices of missed, recovered and refused requests.
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
 * @typedef {{kind: "recovered", key: string, recovered: number}} RecoveredEntry
 * @typedef {{kind: "refused", key: string} & Refused} RefusedEntry
 * @typedef {GapEntry | RecoveredEntry | RefusedEntry} NoticeEntry
 * @typedef {RequestEntry | NoticeEntry} Entry
 */

import { gapText, recoveredText, refusedText } from "../text/format.js";

/** Creates notices. A notice of the same kind as the newest entry replaces it, by its key. */
export class Notices {
  #count = 0;

  /**
   * Return a notice of missed requests, or null if the newest entry already says the same.
   * @param {number | null} missed  null: the server cannot count them
   * @param {Entry | undefined} newest
   * @returns {GapEntry | null}
   */
  gap(missed, newest) {
    // A server that restarts repeatedly reports the same each time: one notice is enough.
    if (missed === null && newest?.kind === "gap" && newest.missed === null) return null;
    return { kind: "gap", key: this.#key(), missed };
  }

  /**
   * Return a notice of recovered requests, which follow. If none has arrived since the last such
   * notice, they are the same ones.
   * @param {number} recovered
   * @param {Entry | undefined} newest
   * @returns {RecoveredEntry}
   */
  recovered(recovered, newest) {
    const key = newest?.kind === "recovered" ? newest.key : this.#key();
    return { kind: "recovered", key, recovered };
  }

  /**
   * Return a notice of refused requests. It includes the count of the newest entry if that is also one.
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

/**
 * Return the text of a row that is not a request.
 * @param {NoticeEntry} notice
 */
export function noticeText(notice) {
  if (notice.kind === "gap") return gapText(notice.missed);
  return notice.kind === "recovered" ? recoveredText(notice.recovered) : refusedText(notice);
}
