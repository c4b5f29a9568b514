/**
 * The HTTP API of one callback: its reply, and the responses to its requests.
 *
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {import("../wire/contract.js").RuleMatch} RuleMatch
 *
 * @typedef {HeaderLine[] | Record<string, string>} GivenHeaders
 *
 * @typedef {object} GivenResponse  a response to a sender
 * @property {number} [status]  200 by default
 * @property {GivenHeaders} [headers]
 * @property {string | Uint8Array} [body]
 *
 * @typedef {object} ReplyParts
 * @property {number} [delay]      seconds before the response
 * @property {boolean} [template]  whether `{{ expressions }}` in header values and body are replaced
 *
 * @typedef {GivenResponse & ReplyParts} ReplyPart
 * @typedef {ReplyPart & {match: RuleMatch}} ReplyRule
 *
 * @typedef {object} ReplyScope
 * @property {number} [times]     number of requests that get the reply; all by default
 * @property {boolean} [cors]     whether pages of other origins may call the callback; true by default
 * @property {ReplyRule[]} [rules]  responses to the requests that match
 * @property {(number | ReplyPart)[]} [sequence]  statuses or responses, sent one after the other
 *
 * @typedef {ReplyPart & ReplyScope} GivenReply
 */

import { apiHeaders } from "../wire/private.js";
import { Invalid, Rejected, TooSlow, Unreachable } from "./errors.js";
import { MAX_TIMEOUT_MS } from "./limit.js";

const TOO_LATE = "too_late";
const NOT_AN_OBJECT = "A reply or a response must be an object, such as {status: 503}.";
const NO_BODY = "A body must be a string or a Uint8Array. For JSON, use JSON.stringify.";
/** Maximum time to find out why a server does not respond. */
const PROBE_MS = 1000;

/** Calls the API of one callback. */
export class Api {
  #url;
  #headers;
  /** @type {RequestCredentials} */
  #credentials;
  #timeout;

  /**
   * @param {import("../wire/contract.js").StreamPosition} position
   * @param {import("../wire/contract.js").StreamOptions} options
   * @param {number} timeout  milliseconds
   */
  constructor({ server, uuid, key = "", authorization }, { headers, withCredentials }, timeout) {
    this.#url = `${server}/api/callbacks/${uuid}`;
    this.#headers = new Headers(authorization ? { authorization } : {});
    for (const [name, value] of Object.entries({ ...headers, ...apiHeaders(key) })) {
      this.#headers.set(name, value);
    }
    this.#credentials = withCredentials ? "include" : "same-origin";
    this.#timeout = Math.min(timeout, MAX_TIMEOUT_MS);
  }

  /** @param {GivenReply} reply */
  async setReply(reply) {
    await this.#send("PUT", "reply", replyToWire(reply));
  }

  async resetReply() {
    await this.#send("DELETE", "reply");
  }

  /**
   * Respond to a request whose sender waits, or give it the callback's reply. Return false if it no
   * longer waits.
   * @param {string} id  of the request
   * @param {GivenResponse} [response]
   */
  async settle(id, response) {
    const path = `requests/${encodeURIComponent(id)}/response`;
    try {
      await this.#send(response ? "POST" : "DELETE", path, response && partToWire(response));
    } catch (error) {
      if (error instanceof Rejected && error.reason === TOO_LATE) return false;
      throw error;
    }
    return true;
  }

  /** @param {string} method @param {string} path @param {object} [payload] */
  async #send(method, path, payload) {
    // A redirect could lead the view key and the headers to another server.
    const redirect = /** @type {const} */ ("error");
    const [headers, credentials] = [this.#headers, this.#credentials];
    const signal = AbortSignal.timeout(this.#timeout);
    const body = payload && JSON.stringify(payload);
    try {
      const request = { method, body, signal, headers, credentials, redirect };
      const response = await fetch(`${this.#url}/${path}`, request);
      if (!response.ok) throw await errorOf(response);
    } catch (error) {
      throw signal.aborted ? tooSlow(this.#timeout) : unreachable(error);
    }
  }
}

/** @param {number} timeout */
function tooSlow(timeout) {
  return new TooSlow(`The server did not respond within ${timeout / 1000} seconds.`);
}

/** @param {unknown} error  thrown by `fetch`, or already an error for the caller */
function unreachable(error) {
  if (error instanceof Rejected || error instanceof Unreachable) return error;
  return new Unreachable(`The server can't be reached: ${causeOf(error)}.`);
}

/**
 * Return a sentence that says why a server can't be reached, or "" if it responds.
 * @param {string} server
 */
export async function whyUnreachable(server) {
  try {
    const { status } = await fetch(`${server}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
    return status < 300 ? "" : ` It responds with ${status} to /healthz. Check the URL.`;
  } catch (error) {
    return ` It can't be reached: ${causeOf(error)}.`;
  }
}

/** Return the cause of an error of `fetch`. @param {any} error */
function causeOf(error) {
  return error?.cause?.code || error?.cause?.message || error?.message || "no response";
}

/** @param {Response} response */
async function errorOf(response) {
  const { status } = response;
  const error = (await response.json().catch(() => null))?.error; // a proxy's need not be JSON
  const message = error?.message ?? "it gives no reason.";
  const reason = error?.reason;
  if (status === 429 || status >= 500) {
    return new Unreachable(`The server can't do this now (${status}): ${message}`, reason);
  }
  return new Rejected(`The server responded with ${status}: ${message}`, reason);
}

/** Return a reply as the API expects it. @param {GivenReply} reply */
export function replyToWire(reply) {
  checkObject(reply);
  const { rules, sequence, ...part } = reply;
  return {
    ...partToWire(part),
    ...(rules && { rules: rules.map(partToWire) }),
    ...(sequence && {
      sequence: sequence.map((each) => (typeof each === "number" ? each : partToWire(each))),
    }),
  };
}

/** @param {GivenResponse} part */
function partToWire(part) {
  checkObject(part);
  const { headers, body, ...rest } = part;
  return {
    ...rest,
    ...(headers && { headers: Array.isArray(headers) ? headers : Object.entries(headers) }),
    ...(body !== undefined && { body: bodyToWire(body) }),
  };
}

/** In JavaScript, the fields of a number are just missing. @param {unknown} given */
function checkObject(given) {
  if (typeof given !== "object" || !given) throw new Invalid(NOT_AN_OBJECT);
}

/** @param {string | Uint8Array} body */
function bodyToWire(body) {
  if (typeof body === "string") return { encoding: "utf-8", content: body };
  if (!(body instanceof Uint8Array)) throw new Invalid(NO_BODY);
  return { encoding: "base64", content: base64Of(body) };
}

/** @param {Uint8Array} bytes */
function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
