/**
 * A summary of the events so far, for error messages and reports of tests.
 *
 * @typedef {import("./events.js").InboxEvent} InboxEvent
 */

/** Number of requests that are listed. */
const LINES = 10;
const MAX_CHARACTERS = 100;

/** Counts events, and keeps one line for each of the newest requests. */
export class Digest {
  #requests = 0;
  /** @type {string[]} */
  #lines = [];
  #missed = 0;
  #isUnknown = false;
  #recovered = 0;
  #refused = 0;
  #refusal = "";

  /** @param {InboxEvent} event */
  add(event) {
    if (event.type === "request") {
      this.#requests++;
      this.#lines.push(lineOf(event));
      if (this.#lines.length > LINES) this.#lines.shift();
    } else if (event.type === "gap") {
      this.#missed += event.count ?? 0;
      this.#isUnknown ||= event.count === null;
    } else if (event.type === "recovered") this.#recovered += event.count;
    else if (event.type === "refused") {
      this.#refused += event.count;
      this.#refusal = ascii(event.message);
    }
  }

  /** Return a heading, the newest requests, and the missed, recovered and refused ones. */
  lines() {
    const all = this.#requests;
    const count = `${all} request${all === 1 ? "" : "s"} arrived`;
    const end = all > LINES ? `; the last ${LINES}:` : all > 0 ? ":" : ".";
    const missed = `${this.#missed}${this.#isUnknown ? " or more" : ""}`;
    return [
      count + end,
      ...this.#lines.map((line) => `  ${line}`),
      this.#missed > 0 && `Missed: ${missed}.`,
      this.#missed === 0 && this.#isUnknown && "Missed: an unknown number.",
      this.#recovered > 0 && `Recovered: ${this.#recovered}.`,
      this.#refused > 0 && `Refused: ${this.#refused}. The latest: ${this.#refusal}`,
    ].filter((line) => line !== false);
  }
}

/** Return `12 POST /orders, 34 bytes`. @param {import("./request.js").InboxRequest} request */
function lineOf({ seq, method, subpath, body }) {
  const target = ascii(`${method} ${subpath || "/"}`.slice(0, MAX_CHARACTERS + 1));
  const short = target.length > MAX_CHARACTERS ? `${target.slice(0, MAX_CHARACTERS)}…` : target;
  return `${seq} ${short}, ${body.size} bytes`;
}

/**
 * Escape all characters except printable ASCII, so that a sender's text can't control a terminal.
 * @param {string} text
 */
function ascii(text) {
  return text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
