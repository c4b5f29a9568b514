/** The time of signing, compared with the arrival of the request. Does not use the DOM. */

import { span } from "../text/timestamps.js";
import { refusal } from "./verdict.js";

/**
 * @typedef {import("./registry.js").Timestamp} Timestamp
 * @typedef {import("./verdict.js").Verdict} Verdict
 */

const PROBLEMS = {
  seconds: "it is not a whole number of seconds since 1970",
  milliseconds: "it is not a whole number of milliseconds since 1970",
  iso8601: "it is not a date in ISO 8601",
};

const DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):?(\d\d))$/;

/** @param {Timestamp["unit"]} unit */
export function timestampProblem(unit) {
  return PROBLEMS[unit];
}

/**
 * Parse a timestamp, or return null.
 * @param {string} text
 * @param {Timestamp["unit"]} unit
 * @returns {number | null}  seconds since 1970
 */
export function secondsOf(text, unit) {
  if (unit === "iso8601") return secondsOfDate(text);
  if (unit === "milliseconds")
    return /^\d{1,14}$/.test(text) ? Math.floor(Number(text) / 1000) : null;
  return /^\d{1,11}$/.test(text) ? Number(text) : null;
}

/** @param {string} text */
function secondsOfDate(text) {
  const [, moment, sign, hours = "0", minutes = "0"] = DATE.exec(text) ?? [];
  const date = new Date(`${moment}Z`);
  // Date changes the 30 February into 2 March.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(moment);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  const seconds = date.getTime() / 1000 - offset;
  return exists && seconds >= 0 ? seconds : null;
}

/**
 * Write the current time as a provider does.
 * @param {Timestamp["unit"]} unit
 * @param {number} now  milliseconds since 1970
 */
export function timestampText(unit, now) {
  const seconds = Math.floor(now / 1000);
  if (unit === "iso8601") return isoSeconds(now);
  return String(unit === "milliseconds" ? 1000 * seconds : seconds);
}

/**
 * "2026-11-22T04:41:00Z"
 * @param {number} now  milliseconds since 1970
 */
export function isoSeconds(now) {
  return new Date(now).toISOString().replace(/\.\d+/, "");
}

/**
 * Return the whole seconds from a time until the request arrived.
 * @param {number} seconds     since 1970
 * @param {string} receivedAt  ISO 8601
 */
export function ageOf(seconds, receivedAt) {
  return Math.floor(Date.parse(receivedAt) / 1000) - seconds;
}

/**
 * Return the verdict on a valid signature by its age when the request arrived, not by its age now.
 * @param {number} seconds  since 1970
 * @param {string} receivedAt  ISO 8601
 * @param {Pick<Timestamp, "tolerance" | "future">} limits
 * @returns {Verdict}
 */
export function ageVerdict(seconds, receivedAt, { tolerance, future = false }) {
  const age = ageOf(seconds, receivedAt);
  const signed = `${span(age * 1000)} ${age < 0 ? "after" : "before"} the request arrived`;
  const over = Math.abs(age) - (tolerance ?? Number.POSITIVE_INFINITY);
  if (over <= 0 || (future && age < 0)) return { ok: true, notes: [`Signed ${signed}.`] };
  const off = `${span(over * 1000)} too ${age < 0 ? "far ahead" : "old"}`;
  const limit = span(1000 * (tolerance ?? 0));
  return refusal(
    "timestamp",
    `The signature is valid, but its timestamp is ${off}: it was signed ${signed}, and the limit is ${limit}.`,
  );
}
