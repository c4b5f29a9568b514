/**
 * Which requests are the same delivery, sent once more. Each is looked at once, when it arrives,
 * for its place among thousands. No DOM in here.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Retry
 * @property {string} first   the id of the request that was sent first
 * @property {number} number  2 for the second delivery, 3 for the third
 * @property {number} after   seconds since the one before
 * @property {string} by      what tells: the name of a header, in lower case, or "body"
 *
 * @typedef {object} Sign  what deliveries of the same have in common
 * @property {string} by
 * @property {string} place    a key for method, path and `by`
 * @property {string} mark     a key for the content
 * @property {string} target   method and path
 * @property {string} content  the header's value, or the body
 *
 * @typedef {Sign & {first: string, number: number, last: number, known: number}} Chain
 *   last: milliseconds; known: of its requests, those that are not forgotten
 */

import { span } from "../text/timestamps.js";

/**
 * Headers that stay the same when a delivery is sent again, the most telling first: Standard
 * Webhooks, Svix, GitHub, Shopify, the IETF's draft (GitLab among others), GitLab, Twilio,
 * Atlassian, CloudEvents, Amazon SNS. Not x-request-id: proxies set it anew.
 */
const DELIVERY_HEADERS = [
  "webhook-id",
  "svix-id",
  "x-github-delivery",
  "x-shopify-webhook-id",
  "idempotency-key",
  "x-gitlab-event-uuid",
  "i-twilio-idempotency-token",
  "x-atlassian-webhook-identifier",
  "ce-id",
  "x-amz-sns-message-id",
];
const RANKS = new Map(DELIVERY_HEADERS.map((name, rank) => [name, rank]));

/** The same body a day later is no retry. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** Longer strings make slow keys: engines take no more than their length for the hash. */
const LONGEST_KEY = 16_000;
const END = 256;

/**
 * "Delivery 3, 5 minutes later".
 * @param {Retry} retry
 */
export function retryLabel({ number, after }) {
  return `Delivery ${number}, ${time(after)} later`;
}

/**
 * "Delivery 3, 5 minutes after the previous one (same webhook-id)".
 * @param {Retry} retry
 */
export function retryText({ number, after, by }) {
  return `Delivery ${number}, ${time(after)} after the previous one (same ${by})`;
}

/** @param {number} seconds */
function time(seconds) {
  return seconds < 1 ? "less than a second" : span(seconds * 1000);
}

export class Retries {
  /** @type {Map<string, Map<string, Chain>>} by place, then by mark */
  #chains = new Map();
  /** @type {Map<string, Chain>} by id */
  #chainOf = new Map();
  /** @type {Map<string, Retry>} by id */
  #retries = new Map();

  /** @param {string} id */
  get(id) {
    return this.#retries.get(id);
  }

  /** @param {CapturedRequest} request  newer than all that were added before */
  add(request) {
    const sign = signOf(request);
    if (!sign || this.#chainOf.has(request.id)) return;
    const at = Date.parse(request.received_at);
    const chain = this.#chains.get(sign.place)?.get(sign.mark);
    if (chain && goesOn(chain, sign, at)) this.#continue(chain, request.id, at);
    else this.#begin({ ...sign, first: request.id, number: 1, last: at, known: 1 });
  }

  /** @param {string} id  of a request that is no longer in the list */
  forget(id) {
    const chain = this.#chainOf.get(id);
    if (!chain) return;
    this.#chainOf.delete(id);
    this.#retries.delete(id);
    chain.known--;
    if (chain.known === 0) this.#drop(chain);
  }

  /** @param {Chain} chain */
  #begin(chain) {
    const marks = this.#chains.get(chain.place) ?? new Map();
    this.#chains.set(chain.place, marks.set(chain.mark, chain));
    this.#chainOf.set(chain.first, chain);
  }

  /**
   * @param {Chain} chain
   * @param {string} id
   * @param {number} at
   */
  #continue(chain, id, at) {
    const after = Math.max(0, at - chain.last) / 1000;
    chain.number++;
    chain.known++;
    chain.last = at;
    this.#chainOf.set(id, chain);
    this.#retries.set(id, { first: chain.first, number: chain.number, after, by: chain.by });
  }

  /** @param {Chain} chain */
  #drop(chain) {
    const marks = this.#chains.get(chain.place);
    if (marks?.get(chain.mark) !== chain) return; // a newer one stands there
    marks.delete(chain.mark);
    if (marks.size === 0) this.#chains.delete(chain.place);
  }
}

/**
 * @param {Chain} chain
 * @param {Sign} sign
 * @param {number} at
 */
function goesOn(chain, sign, at) {
  if (chain.target !== sign.target || chain.content !== sign.content) return false; // only their keys are equal
  return chain.by !== "body" || at - chain.last <= LONGEST_MS;
}

/**
 * @param {CapturedRequest} request
 * @returns {Sign | null}
 */
function signOf({ method, path, headers, body }) {
  const header = deliveryHeader(headers);
  const by = header?.name ?? "body";
  const content = header?.value ?? body.content;
  if (content === "") return null;
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
 * A text that a sender chose, short enough for the key of a map.
 * @param {string} text
 */
function key(text) {
  if (text.length <= LONGEST_KEY) return text;
  return `${text.length}\n${text.slice(0, END)}\n${text.slice(-END)}`;
}
