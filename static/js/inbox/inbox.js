/**
 * The requests of one callback, for tests and tools in Node, and for pages.
 *
 * @typedef {import("./events.js").InboxEvent} InboxEvent
 * @typedef {import("./events.js").Gap} Gap
 * @typedef {import("./request.js").InboxRequest} InboxRequest
 * @typedef {import("../wire/contract.js").Role} Role
 * @typedef {import("../wire/contract.js").StreamPosition} StreamPosition
 *
 * @typedef {object} OpenOptions
 * @property {Role} [respond]  true: become the callback's responder. "handshakes": respond to
 *   handshakes that need a secret only
 * @property {number} [timeout]  maximum milliseconds to wait for the server; 10,000 by default
 * @property {AbortSignal} [signal]  ends `open` early
 *
 * @typedef {OpenOptions & import("../wire/contract.js").StreamOptions} InboxOptions
 *
 * @typedef {object} WaitOptions
 * @property {number} [timeout]  maximum milliseconds; 10,000 by default, `Infinity` to wait forever
 * @property {(request: InboxRequest) => boolean | Promise<boolean>} [where]  whether a request
 *   matches; called once per request
 * @property {AbortSignal} [signal]  ends `wait` early
 */

import { watchLink } from "../wire/private.js";
import { openStream } from "../wire/stream.js";
import { addressOf, fromEnvironment } from "./address.js";
import { Api, whyUnreachable } from "./api.js";
import { Closed, Invalid, NothingArrived, Rejected, Unreachable } from "./errors.js";
import { Incoming } from "./incoming.js";
import { Limit } from "./limit.js";
import { Mailbox } from "./mailbox.js";

const TIMEOUT_MS = 10_000;

/** Missing in browsers before 2025 and in Safari. @type {typeof Symbol.asyncDispose} */
const asyncDispose = /** @type {any} */ (Symbol.asyncDispose ?? Symbol("asyncDispose"));

/**
 * The requests of one callback.
 *
 *     const inbox = await Inbox.open("http://127.0.0.1:8000");
 *     await createOrder({ webhook: inbox.url });
 *     const request = await inbox.wait({ timeout: 5000, where: (r) => r.method === "POST" });
 *     assert.equal((await request.json()).type, "order.created");
 *     await inbox.close();
 *
 * It has joined the callback when `open` resolves, so it receives every request sent from then on.
 */
export class Inbox {
  #position;
  #api;
  #mailbox = new Mailbox();
  #incoming;
  /** @type {import("../wire/contract.js").Stream | undefined} */
  #stream = undefined;

  /**
   * Join a callback, and resolve to its inbox.
   * @param {string | URL} [url]  of a server, which creates a new private callback; or the link for
   *   people who may watch; or the URL of an open callback. By default that of WEBHOOK_LOGGER_URL,
   *   with the headers of WEBHOOK_LOGGER_HEADERS
   * @param {InboxOptions} [options]
   * @throws {Invalid} if the URL or a header is wrong
   * @throws {Unreachable} if the server does not respond in time
   * @throws {Rejected} if the server refuses
   */
  static async open(url, options = {}) {
    const given = url === undefined ? fromEnvironment() : { url: String(url), headers: {} };
    const headers = { ...given.headers, ...options.headers };
    const inbox = new Inbox(await addressOf(given.url), { ...options, headers });
    await inbox.#join({ ...options, headers });
    return inbox;
  }

  /**
   * Use `Inbox.open`.
   * @private
   * @param {StreamPosition} position
   * @param {InboxOptions} options
   */
  constructor(position, options) {
    this.#position = position;
    this.#incoming = new Incoming(this.#mailbox, ({ message, reason }) => {
      this.#end(new Rejected(`The server refused the inbox: ${message}`, reason));
    });
    this.#api = validated(() => new Api(position, options, options.timeout ?? TIMEOUT_MS));
  }

  /** The callback URL, for senders. */
  get url() {
    return this.#incoming.callbackUrl || `${this.#position.server}/${this.uuid}`;
  }

  /** The link for people who may watch. It contains the view key of a private callback. */
  get viewUrl() {
    return watchLink(this.#position);
  }

  /** The callback's UUID, in lower case. */
  get uuid() {
    return this.#position.uuid;
  }

  /** The current state of the connection. */
  get connection() {
    return this.#incoming.connection;
  }

  /** Whether this inbox has the role now that it asked for with `respond`. */
  get responding() {
    return this.#incoming.responding?.active ?? false;
  }

  /** Return a summary of all events so far, as a few lines of text without control characters. */
  digest() {
    return this.#mailbox.digest.lines();
  }

  /**
   * Resolve to the first matching request, which may have arrived earlier. Others stay queued.
   * @param {WaitOptions} [options]
   * @returns {Promise<InboxRequest>}
   * @throws {NothingArrived} whose message lists the requests that arrived
   * @throws {Rejected | Closed} if the inbox has ended
   */
  async wait({ timeout = TIMEOUT_MS, where = () => true, signal } = {}) {
    const matches = async (/** @type {InboxEvent} */ event) =>
      event.type === "request" && (await where(event));
    const limit = new Limit(timeout, () => this.#nothingArrived(timeout), signal);
    const found = await limit.race(this.#find(matches, limit.signal));
    return /** @type {InboxRequest} */ (found);
  }

  /**
   * Iterate over the requests in the order of `seq`, and the gaps between them, until `close()`.
   * @returns {AsyncGenerator<InboxRequest | Gap, void, undefined>}
   */
  async *[Symbol.asyncIterator]() {
    for await (const event of this.events()) {
      if (event.type === "request" || event.type === "gap") yield event;
    }
  }

  /**
   * Iterate over all events in order, until `close()`.
   * @returns {AsyncGenerator<InboxEvent, void, undefined>}
   */
  async *events() {
    const ever = new AbortController().signal;
    try {
      for (;;) yield await this.#find(() => true, ever);
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
    }
  }

  /**
   * Set the callback's reply. It remains after the inbox is closed.
   * @param {import("./api.js").GivenReply} reply
   * @throws {Invalid} if it is not an object, or a body is neither a string nor bytes
   * @throws {Rejected} whose message says which part is not allowed
   */
  async reply(reply) {
    await this.#api.setReply(reply);
  }

  /** Restore the default reply. */
  async resetReply() {
    await this.#api.resetReply();
  }

  /**
   * Respond to one request whose sender waits. Needs the option `respond`.
   * @param {Pick<InboxRequest, "id">} request
   * @param {import("./api.js").GivenResponse} [response]
   * @returns {Promise<boolean>} false if it was too late
   * @throws {Rejected} if the server does not accept the response; the sender still waits
   */
  async respond(request, response = {}) {
    return this.#api.settle(request.id, response);
  }

  /**
   * Give one request the callback's reply at once.
   * @param {Pick<InboxRequest, "id">} request
   * @returns {Promise<boolean>} false if it was too late
   */
  async decline(request) {
    return this.#api.settle(request.id);
  }

  /** Disconnect. Code that waits for the inbox gets `Closed`, and loops end. */
  async close() {
    this.#end(new Closed());
  }

  async [asyncDispose]() {
    await this.close();
  }

  /** @param {InboxOptions} options */
  async #join({ respond = false, timeout = TIMEOUT_MS, signal, headers, withCredentials }) {
    const limit = new Limit(timeout, () => this.#notLive(timeout), signal);
    const stream = validated(() =>
      openStream(this.#position, this.#incoming, { headers, withCredentials }),
    );
    this.#stream = stream;
    stream.respond(respond);
    try {
      await limit.race(this.#live(respond, limit.signal));
    } catch (error) {
      await this.close();
      if (error instanceof Unreachable)
        error.message += await whyUnreachable(this.#position.server);
      throw error;
    }
  }

  /** @param {Role} role @param {AbortSignal} signal */
  async #live(role, signal) {
    const isReady = () =>
      this.connection.state === "live" && (!role || this.#incoming.responding !== undefined);
    while (!isReady() && !signal.aborted) {
      if (this.#mailbox.ended) throw this.#mailbox.ended;
      await this.#mailbox.changed(signal);
    }
  }

  /**
   * Take the first wanted event. Each event is checked once.
   * @param {(event: InboxEvent) => boolean | Promise<boolean>} wanted
   * @param {AbortSignal} signal
   * @returns {Promise<InboxEvent>}
   */
  async #find(wanted, signal) {
    for (let number = 0; ; ) {
      const found = this.#mailbox.after(number);
      if (!found) {
        if (this.#mailbox.ended) throw this.#mailbox.ended;
        await this.#mailbox.changed(signal);
        signal.throwIfAborted();
        continue;
      }
      number = found[0];
      const matches = await wanted(found[1]);
      signal.throwIfAborted();
      const taken = matches && this.#mailbox.take(number);
      if (taken) return taken;
    }
  }

  /** @param {Error} error */
  #end(error) {
    this.#stream?.close();
    this.#mailbox.end(error);
  }

  /** @param {number} timeout */
  #nothingArrived(timeout) {
    const { state, message } = this.connection;
    const lines = [`No matching request arrived within ${timeout / 1000} seconds.`];
    lines.push(...this.digest());
    if (state !== "live") lines.push(`The connection is ${state}. ${message}`.trimEnd());
    return new NothingArrived(lines.join("\n"));
  }

  /** @param {number} timeout */
  #notLive(timeout) {
    const { server } = this.#position;
    const { message } = this.connection;
    const lines = [`No webhook logger at ${server} within ${timeout / 1000} seconds.`];
    if (message) lines.push(message);
    lines.push("Start the server, or check its URL.");
    return new Unreachable(lines.join(" "));
  }
}

/**
 * Turn a TypeError, about a URL or a header, into `Invalid`.
 * @template T
 * @param {() => T} act
 */
function validated(act) {
  try {
    return act();
  } catch (error) {
    throw error instanceof TypeError ? new Invalid(error.message) : error;
  }
}
