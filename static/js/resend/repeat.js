/**
 * Send a request several times, and sum up the responses. Does not use the DOM.
 *
 * @typedef {import("./resend.js").ResendResponse} ResendResponse
 * @typedef {import("./resend.js").Target} Target
 */

import { send } from "./resend.js";

export const MAX_TIMES = 100;

/**
 * Send a request several times, one after the other. Stop at the first error.
 * @param {Target} target
 * @param {number} times
 * @param {AbortController} controller  cancels the rest
 * @param {(response: ResendResponse) => void} report  called after each response
 */
export async function repeat(target, times, controller, report) {
  for (let sent = 0; sent < times; sent++) {
    controller.signal.throwIfAborted();
    report(await send(target, controller));
  }
}

/**
 * Return the number of times that a user entered, from 1 to 100.
 * @param {string} text
 */
export function timesOf(text) {
  return Math.min(Math.max(Math.trunc(Number(text)) || 1, 1), MAX_TIMES);
}

/**
 * Sum up several responses: "10 responses: 8 × 200, 2 × 500. 12 ms to 40 ms, median 15 ms".
 * @param {readonly ResendResponse[]} responses
 */
export function tally(responses) {
  const counts = new Map(/** @type {[string, number][]} */ ([]));
  for (const { status } of responses) {
    const name = status ? String(status) : "redirect";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const statuses = [...counts].map(([name, count]) => `${count} × ${name}`).join(", ");
  const times = responses.map(({ milliseconds }) => Math.round(milliseconds)).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const range = `${inMs(times[0])} to ${inMs(times[times.length - 1])}, median ${inMs(median)}`;
  return `${responses.length} responses: ${statuses}. ${range}`;
}

/** @param {number} milliseconds */
function inMs(milliseconds) {
  return `${milliseconds.toLocaleString("en-US")} ms`;
}

/**
 * Name the parts in which a response differs from the one that the sender got, as far as both are known.
 * @param {ResendResponse} response
 * @param {{status: number, body?: import("../wire/captured.js").Body}} sent
 */
export function differentParts({ status, body }, sent) {
  const isOtherBody =
    sent.body?.complete &&
    body.complete &&
    sent.body.encoding === "utf-8" &&
    sent.body.content !== body.content;
  return [status !== sent.status ? "status" : "", isOtherBody ? "body" : ""].filter(Boolean);
}
