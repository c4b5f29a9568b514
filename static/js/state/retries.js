/**
 * Detects retries: requests that repeat an earlier delivery. A retry needs evidence: a delivery id, an
 * idempotency key, or a header that counts attempts. Heartbeats have the same body every time, so the
 * same body alone is only a hint. Each request is examined once, when it arrives, because the list can
 * hold thousands. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Retry
 * @property {string} first   id of the first request of the delivery in the list
 * @property {number} number  2 for the second delivery, 3 for the third
 * @property {number | null} after  seconds since the previous one; null if it is not in the list
 * @property {string} by      evidence: "delivery id", the name of a header in lower case, "body" or "attempt"
 * @property {boolean} certain  false: only the body is the same
 *
 * @typedef {object} Fingerprint  equal for requests of the same delivery
 * @property {string} by
 * @property {string} place    key for method, path and `by`
 * @property {string} mark     key for the content
 * @property {string} target   method and path
 * @property {string} content  the event and the delivery id, the header's value, or the body
 *
 * @typedef {Fingerprint & {first: string, number: number, last: number, known: number}} Chain
 *   last: time of the last request in milliseconds; known: number of its requests in the list
 *
 * @typedef {{id: string, at: number, attempt: number | null}} Arrival
 *   at: milliseconds; attempt: 1 for the first, null if the sender does not count them
 */

import { span } from "../text/timestamps.js";
import { NO_RECOGNISER } from "./recogniser.js";

/**
 * Headers that stay the same when a delivery is retried, most specific first: Standard Webhooks, Svix,
 * the IETF's draft, CloudEvents. They identify deliveries of senders that are not in the registry.
 * x-request-id is missing, because proxies replace it.
 */
const DELIVERY_HEADERS = ["webhook-id", "svix-id", "idempotency-key", "ce-id"];
const RANKS = new Map(DELIVERY_HEADERS.map((name, rank) => [name, rank]));

/** Headers that count attempts, by the number of the first one: Slack, and names in common use. */
const ATTEMPT_HEADERS = new Map([
  ["x-retry-count", 0],
  ["x-retry-attempt", 0],
  ["x-retry-num", 0],
  ["x-retry-number", 0],
  ["x-slack-retry-num", 0],
  ["x-webhook-retry-count", 0],
  ["retry-count", 0],
  ["retry-attempt", 0],
  ["retry-num", 0],
  ["x-attempt", 1],
  ["x-attempt-count", 1],
  ["x-attempt-number", 1],
  ["x-delivery-attempt", 1],
  ["x-webhook-attempt", 1],
  ["webhook-attempt", 1],
  ["delivery-attempt", 1],
]);

/** Maximum time between requests with the same body. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * Maximum length of a key. Engines hash longer strings only by their length, so such keys are slow.
 */
const LONGEST_KEY = 16_000;
const END = 256;

/**
 * "Delivery 3".
 * @param {Retry} retry
 */
export function retryLabel({ number }) {
  return `Delivery ${number}`;
}

/**
 * "Delivery 3, 5 minutes after the previous one (same webhook-id)", or "Same body as a request
 * 5 minutes earlier".
 * @param {Retry} retry
 */
export function retryText({ number, after, by, certain }) {
  if (after === null) return `Delivery ${number}, according to the sender’s attempt number`;
  if (!certain) return `Same body as a request ${time(after)} earlier`;
  return `Delivery ${number}, ${time(after)} after the previous one (same ${by})`;
}

/** @param {number} seconds */
function time(seconds) {
  return seconds < 1 ? "less than a second" : span(seconds * 1000);
}

export class Retries {
  /** @type {Map<string, Map<string, Chain>>} chains by place, then by mark */
  #chains = new Map();
  /** @type {Map<string, Chain>} by id */
  #chainOf = new Map();
  /** @type {Map<string, Retry>} by id */
  #retries = new Map();
  #recognise;

  /** @param {import("./recogniser.js").Recogniser} recogniser */
  constructor({ recognise } = NO_RECOGNISER) {
    this.#recognise = recognise;
  }

  /** @param {string} id */
  get(id) {
    return this.#retries.get(id);
  }

  /** @param {CapturedRequest} request  newer than all requests added before */
  add(request) {
    if (this.#chainOf.has(request.id)) return;
    const found = this.#recognise(request);
    // One action at the sender can cause several events with the same id.
    const delivery = found?.delivery && `${found.event} ${found.delivery}`;
    const print = fingerprint(request, delivery || "");
    const { id } = request;
    const at = Date.parse(request.received_at);
    const attempt = found?.attempt ?? attemptIn(request.headers);
    const chain = this.#chains.get(print.place)?.get(print.mark);
    if (chain && continues(chain, print, at)) this.#continue(chain, { id, at, attempt });
    else this.#begin({ ...print, first: id, number: attempt ?? 1, last: at, known: 1 });
  }

  /** @param {string} id  id of a request that the list has dropped */
  forget(id) {
    const chain = this.#chainOf.get(id);
    if (!chain) return;
    this.#chainOf.delete(id);
    this.#retries.delete(id);
    chain.known--;
    if (chain.known === 0) this.#drop(chain);
  }

  /** @param {Chain} chain  its number is above 1 if the list does not have the earlier deliveries */
  #begin(chain) {
    const { first, number } = chain;
    this.#chainOf.set(first, chain);
    if (chain.content) {
      const marks = this.#chains.get(chain.place) ?? new Map();
      this.#chains.set(chain.place, marks.set(chain.mark, chain));
    }
    if (number > 1) {
      this.#retries.set(first, { first, number, after: null, by: "attempt", certain: true });
    }
  }

  /**
   * @param {Chain} chain
   * @param {Arrival} arrival
   */
  #continue(chain, { id, at, attempt }) {
    const { first, by } = chain;
    const after = Math.max(0, at - chain.last) / 1000;
    const certain = by !== "body" || (attempt ?? 1) > 1;
    // Requests that only have the same body do not count as deliveries.
    const counted = by === "body" ? 1 : chain.number + 1;
    chain.number = Math.max(counted, attempt ?? 1);
    chain.known++;
    chain.last = at;
    this.#chainOf.set(id, chain);
    this.#retries.set(id, { first, number: chain.number, after, by, certain });
  }

  /** @param {Chain} chain */
  #drop(chain) {
    const marks = this.#chains.get(chain.place);
    if (marks?.get(chain.mark) !== chain) return; // a newer chain has replaced it
    marks.delete(chain.mark);
    if (marks.size === 0) this.#chains.delete(chain.place);
  }
}

/**
 * @param {Chain} chain
 * @param {Fingerprint} print
 * @param {number} at
 */
function continues(chain, print, at) {
  if (chain.target !== print.target || chain.content !== print.content) return false; // only their keys are equal
  return chain.by !== "body" || at - chain.last <= LONGEST_MS;
}

/**
 * @param {CapturedRequest} request
 * @param {string} delivery  the event and the delivery id, or ""
 * @returns {Fingerprint}  its content is "" if nothing identifies the request
 */
function fingerprint({ method, path, headers, body }, delivery) {
  const header = delivery ? { name: "delivery id", value: delivery } : deliveryHeader(headers);
  const by = header?.name ?? "body";
  const content = header?.value ?? body.content;
  const target = `${method} ${path}`;
  return { by, place: key(`${target}\n${by}`), mark: key(content), target, content };
}

/** @param {import("../wire/contract.js").HeaderLine[]} headers */
function deliveryHeader(headers) {
  let best = { rank: RANKS.size, name: "", value: "" };
  for (const [written, value] of headers) {
    const name = written.toLowerCase();
    const rank = RANKS.get(name) ?? RANKS.size;
    if (value && rank < best.rank) best = { rank, name, value };
  }
  return best.name ? best : null;
}

/**
 * Return the number of the attempt, from 1, or null if no header has it.
 * @param {import("../wire/contract.js").HeaderLine[]} headers
 */
function attemptIn(headers) {
  for (const [name, value] of headers) {
    const first = ATTEMPT_HEADERS.get(name.toLowerCase());
    if (first !== undefined && /^\d{1,9}$/.test(value)) return Number(value) - first + 1;
  }
  return null;
}

/**
 * Shorten a sender's text to a key for a map.
 * @param {string} text
 */
function key(text) {
  if (text.length <= LONGEST_KEY) return text;
  return `${text.length}\n${text.slice(0, END)}\n${text.slice(-END)}`;
}
