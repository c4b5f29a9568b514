/** Check the timestamp of a signature against the arrival of its request. Does not use the DOM. */

import { span } from "../text/timestamps.js";
import { headerOf } from "../wire/captured.js";
import { malformed, missing, refusal } from "./verdict.js";

/**
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./verdict.js").Refusal} Refusal
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

/**
 * Seconds by which a timestamp may be older than the arrival (Stripe, Slack, Standard Webhooks), or
 * later (Slack, Standard Webhooks).
 */
const TOLERANCE = 5 * 60;

/**
 * Read the seconds since 1970 in a header.
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
 * Return the verdict on a valid signature by its age when the request arrived, not by its age now.
 * @param {number} timestamp  seconds since 1970
 * @param {CapturedRequest} request
 * @param {boolean} [anyFuture]  accept any timestamp later than the arrival of the request
 * @returns {Verdict}
 */
export function timestampVerdict(timestamp, { received_at }, anyFuture = false) {
  const age = Math.floor(Date.parse(received_at) / 1000) - timestamp;
  const signed = `${span(age * 1000)} ${age < 0 ? "after" : "before"} the request arrived`;
  const over = Math.abs(age) - TOLERANCE;
  if (over <= 0 || (anyFuture && age < 0)) return { ok: true, notes: [`Signed ${signed}.`] };
  const off = `${span(over * 1000)} too ${age < 0 ? "far ahead" : "old"}`;
  return refusal(
    "timestamp",
    `The signature is valid, but its timestamp is ${off}: it was signed ${signed}, and the limit is 5 minutes.`,
  );
}
