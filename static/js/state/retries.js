/**
 * Detects retries: requests that repeat an earlier delivery. Each request is examined once, when it
 * arrives, because the list can hold thousands. Uses no DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Retry
 * @property {string} first   id of the first request of the delivery
 * @property {number} number  2 for the second delivery, 3 for the third
 * @property {number} after   seconds since the previous one
 * @property {string} by      evidence: the name of a header, in lower case, or "body"
 *
 * @typedef {object} Fingerprint  equal for requests of the same delivery
 * @property {string} by
 * @property {string} place    key for method, path and `by`
 * @property {string} mark     key for the content
 * @property {string} target   method and path
 * @property {string} content  the header's value, or the body
 *
 * @typedef {Fingerprint & {first: string, number: number, last: number, known: number}} Chain
 *   last: time of the last request in milliseconds; known: number of its requests in the list
 */

import { span } from "../text/timestamps.js";

/**
 * Headers that stay the same when a delivery is retried, most specific first: Standard Webhooks,
 * Svix, GitHub, Shopify, the IETF's draft (used by GitLab and others), GitLab, Twilio, Atlassian,
 * CloudEvents, Amazon SNS. Not x-request-id: proxies replace it.
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

/** Maximum time between retries that are detected by their body. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** Maximum length of a key. Engines hash longer strings by their length only, so they are slow keys. */
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
  /** @type {Map<string, Map<string, Chain>>} chains by place, then by mark */
  #chains = new Map();
  /** @type {Map<string, Chain>} by id */
  #chainOf = new Map();
  /** @type {Map<string, Retry>} by id */
  #retries = new Map();

  /** @param {string} id */
  get(id) {
    return this.#retries.get(id);
  }

  /** @param {CapturedRequest} request  newer than all requests added before */
  add(request) {
    const print = fingerprint(request);
    if (!print || this.#chainOf.has(request.id)) return;
    const at = Date.parse(request.received_at);
    const chain = this.#chains.get(print.place)?.get(print.mark);
    if (chain && continues(chain, print, at)) this.#continue(chain, request.id, at);
    else this.#begin({ ...print, first: request.id, number: 1, last: at, known: 1 });
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
 * @returns {Fingerprint | null}
 */
function fingerprint({ method, path, headers, body }) {
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
 * Shorten a sender's text to a key for a map.
 * @param {string} text
 */
function key(text) {
  if (text.length <= LONGEST_KEY) return text;
  return `${text.length}\n${text.slice(0, END)}\n${text.slice(-END)}`;
}
