/**
 * The stream of one callback, for pages, workers and Node. The only module that uses Socket.IO.
 *
 * @typedef {import("./contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./contract.js").Joined} Joined
 * @typedef {import("./contract.js").Link} Link
 * @typedef {import("./contract.js").StreamPosition} StreamPosition
 * @typedef {import("./contract.js").Sink} Sink
 * @typedef {import("./contract.js").Stream} Stream
 */

import { Fetch, io, WebSocket, XHR } from "socket.io-client";
import { retryDelay } from "./retry.js";

// Node has no XMLHttpRequest; in a page, fetch would not send cookies.
const POLLING = "XMLHttpRequest" in globalThis ? XHR : Fetch;

// Node 20 has no WebSocket, and Socket.IO would wait for a transport that is missing.
const TRANSPORTS = "WebSocket" in globalThis ? [WebSocket, POLLING] : [POLLING];

/** Socket.IO's own reconnection does not expose its delay and stops after a DISCONNECT. */
const OPTIONS = {
  transports: TRANSPORTS,
  tryAllTransports: true,
  reconnection: false,
  forceNew: true,
  timeout: 5000,
};

// Node and workers have no page.
const CLIENT = "document" in globalThis ? "This page" : "The client";

/** Messages by the reason of a `bye`. @type {Record<string, string>} */
const BYE_MESSAGES = {
  draining: `The server is restarting. ${CLIENT} reconnects by itself.`,
  slow: `${CLIENT} read too slowly and was disconnected. It reconnects by itself and counts the requests it missed.`,
  limit: `The server has reached its maximum number of viewers. ${CLIENT} keeps trying.`,
};

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const CALLBACK = new RegExp(`^(.*?)(?:/view)?/(${UUID})(?:/|$)`, "i");

/**
 * Read the server and the callback from a URL.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {StreamPosition}
 * @throws {TypeError} if the URL is neither; its message can be shown to people
 */
export function parseCallbackUrl(url) {
  const { protocol, origin, pathname } = URL.canParse(url) ? new URL(url) : NO_URL;
  const found = /^https?:$/.test(protocol) && CALLBACK.exec(pathname);
  if (!found) {
    throw new TypeError(`${JSON.stringify(url)} is not the URL of a callback, https://…/<uuid>.`);
  }
  return { server: origin + found[1], uuid: found[2].toLowerCase() };
}

const NO_URL = { protocol: "", origin: "", pathname: "" };

/**
 * Join a callback's stream and stay joined, across reconnects, until it is closed.
 * @param {StreamPosition} position  from `parseCallbackUrl`; a new UUID makes a new callback
 * @param {Sink} sink
 * @returns {Stream}
 */
export function openStream({ server, ...start }, sink) {
  /** Sent with each connect, so that the server can count the missed requests. */
  const at = start;
  const { origin, pathname } = new URL(server);
  const path = `${pathname.replace(/\/$/, "")}/socket.io/`;
  const socket = io(origin, { ...OPTIONS, path, auth: at });

  /** @param {Joined} joined */
  const onJoined = (joined) => {
    follow(at, joined);
    sink.joined?.(joined);
  };
  /** @param {CapturedRequest} request */
  const onRequest = (request) => {
    follow(at, request);
    sink.requestArrived?.(request);
  };
  socket.on("joined", onJoined);
  socket.on("request", onRequest);
  socket.on("viewers", ({ viewers }) => sink.viewersChanged?.(viewers));
  socket.on("refused", (refused) => sink.requestsRefused?.(refused));
  socket.on("responded", (responded) => sink.requestResponded?.(responded));
  socket.on("reply", ({ reply }) => sink.replyChanged?.(reply));
  const { tryNow, close } = new Connection(socket, sink);
  const end = () => {
    close();
    return { server, ...at };
  };
  return { tryNow, onJoined: (act) => socket.on("joined", act), close: end };
}

/**
 * @param {object} at
 * @param {{epoch: string, seq: number}} position
 */
function follow(at, { epoch, seq }) {
  Object.assign(at, { epoch, seq });
}

/**
 * Keeps the socket connected and reports the state of the link. Only `joined` reports "live":
 * a connection that has not joined may miss requests.
 */
class Connection {
  #socket;
  #sink;
  #attempts = 0;
  /** The message for the server's last `bye`, or "". */
  #byeMessage = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  #ended = new AbortController();

  /**
   * @param {import("socket.io-client").Socket} socket
   * @param {Sink} sink
   */
  constructor(socket, sink) {
    this.#socket = socket;
    this.#sink = sink;
    socket.on("joined", () => this.#succeed());
    socket.on("bye", ({ reason }) => {
      this.#byeMessage = BYE_MESSAGES[reason] ?? "";
    });
    // When the queue is available again, `joined` follows.
    socket.on("status", ({ queue, reason }) => {
      if (queue === "down")
        sink.linkChanged?.({ state: "stalled", message: reason ?? "", retryAt: 0 });
    });
    socket.on("disconnect", () => this.#retryLater());
    socket.on("connect_error", (error) => this.#fail(error));
    this.#onNetwork("online", this.tryNow);
    this.#onNetwork("offline", () => this.#timer && this.#retryLater());
  }

  tryNow = () => {
    if (!this.#timer) return; // connected, or an attempt is under way
    this.#stopWaiting();
    this.#report(stateWhileAway());
    this.#socket.connect();
  };

  close = () => {
    this.#stopWaiting();
    this.#ended.abort();
    this.#socket.off();
    this.#socket.disconnect();
  };

  /**
   * Node has no network events.
   * @param {"online" | "offline"} event
   * @param {() => void} act
   */
  #onNetwork(event, act) {
    globalThis.addEventListener?.(event, act, { signal: this.#ended.signal });
  }

  #succeed() {
    this.#attempts = 0;
    this.#byeMessage = "";
  }

  /** @param {Error & {data?: {reason?: string}}} error */
  #fail({ message, data }) {
    if (this.#socket.active)
      this.#retryLater(message === "timeout"); // Socket.IO's message
    else this.#sink.linkChanged?.({ state: "refused", message, retryAt: 0, reason: data?.reason });
  }

  /** @param {boolean} [timedOut]  whether the last attempt timed out */
  #retryLater(timedOut = false) {
    this.#stopWaiting();
    this.#chooseTransports(timedOut);
    const delay = retryDelay(this.#attempts++, Math.random());
    this.#timer = setTimeout(this.tryNow, delay);
    this.#report(stateWhileAway(), Date.now() + delay);
  }

  /**
   * Poll in the next attempt if a WebSocket timed out, because a proxy may drop WebSockets silently.
   * Only in that one: polling fails behind a load balancer without sticky sessions.
   * @param {boolean} timedOut
   */
  #chooseTransports(timedOut) {
    const { opts } = this.#socket.io;
    const polls = timedOut && opts.transports === TRANSPORTS;
    opts.transports = polls ? [...TRANSPORTS].reverse() : TRANSPORTS;
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * @param {Link["state"]} state
   * @param {number} [retryAt]
   */
  #report(state, retryAt = 0) {
    this.#sink.linkChanged?.({ state, message: this.#byeMessage, retryAt });
  }
}

/** @returns {Link["state"]} */
function stateWhileAway() {
  return globalThis.navigator?.onLine === false ? "offline" : "reconnecting";
}
