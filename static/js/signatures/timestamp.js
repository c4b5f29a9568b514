/** When a request was signed, seen from the moment it came. No DOM in here. */

import { span } from "../text/timestamps.js";
import { headerOf } from "../wire/captured.js";
import { malformed, missing, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Refusal} Refusal
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

/**
 * Seconds before, as Stripe, Slack and the libraries of Standard Webhooks allow, and after, as the
 * latter two do.
 */
const TOLERANCE = 5 * 60;

/**
 * The seconds since 1970 that a header holds.
 * @param {CapturedRequest} request
 * @param {string} header
 * @returns {number | Refusal}
 */
export function secondsIn(request, header) {
  const text = headerOf(request, header);
  if (!text) return missing(header);
  return seconds(text) ?? malformed(header, "it is not a whole number of seconds since 1970");
}

/** @param {string} text */
export function seconds(text) {
  return /^\d{1,11}$/.test(text) ? Number(text) : null;
}

/**
 * The verdict on a right signature, by its age when the request came: whoever looks later must not
 * find it too old for that.
 * @param {number} timestamp  seconds since 1970
 * @param {CapturedRequest} request
 * @param {boolean} [anyFuture]  whether it may be later than the request, however far
 * @returns {Verdict}
 */
export function inTime(timestamp, { received_at }, anyFuture = false) {
  const age = Math.floor(Date.parse(received_at) / 1000) - timestamp;
  const signed = `${span(age * 1000)} ${age < 0 ? "after" : "before"} the request came`;
  const over = Math.abs(age) - TOLERANCE;
  if (over <= 0 || (anyFuture && age < 0)) return { ok: true, notes: [`Signed ${signed}.`] };
  const off = `${span(over * 1000)} too ${age < 0 ? "far ahead" : "old"}`;
  return refusal(
    "timestamp",
    `The signature is right, but its timestamp is ${off}: it says ${signed}, and 5 minutes are allowed.`,
  );
}
