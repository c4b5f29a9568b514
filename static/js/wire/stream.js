/**
 * The stream of one callback, for any page, worker or Node. The only file that knows Socket.IO.
 *
 * @typedef {import("./contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./contract.js").Joined} Joined
 * @typedef {import("./contract.js").Link} Link
 * @typedef {import("./contract.js").Place} Place
 * @typedef {import("./contract.js").Sink} Sink
 * @typedef {import("./contract.js").Stream} Stream
 */

import { Fetch, io, WebSocket, XHR } from "socket.io-client";
import { retryDelay } from "./retry.js";

// Node has no XMLHttpRequest, and fetch would leave a page's cookies out.
const POLLING = "XMLHttpRequest" in globalThis ? XHR : Fetch;

// One that is not there would be waited for: Node 20 has no WebSocket.
const TRANSPORTS = "WebSocket" in globalThis ? [WebSocket, POLLING] : [POLLING];

/** The library's own reconnecting keeps its clock to itself, and stays away after a DISCONNECT. */
const OPTIONS = {
  transports: TRANSPORTS,
  tryAllTransports: true,
  reconnection: false,
  forceNew: true,
  timeout: 5000,
};

// Node and workers have no page.
const WHO = "document" in globalThis ? "This page" : "The client";

/** @type {Record<string, string>} */
const FAREWELLS = {
  draining: `The server is restarting. ${WHO} comes back by itself.`,
  slow: `${WHO} read too slowly and was cut off. It comes back by itself and counts what it missed.`,
  limit: `The server has as many viewers as it can take. ${WHO} keeps trying.`,
};

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const CALLBACK = new RegExp(`^(.*?)(?:/view)?/(${UUID})(?:/|$)`, "i");

/**
 * Which callback of which server a URL means.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {Place}
 * @throws {TypeError} where it is neither; its message is a sentence
 */
export function placeOf(url) {
  const { protocol, origin, pathname } = URL.canParse(url) ? new URL(url) : NO_URL;
  const found = /^https?:$/.test(protocol) && CALLBACK.exec(pathname);
  if (!found) {
    throw new TypeError(`${JSON.stringify(url)} is not the URL of a callback, https://…/<uuid>.`);
  }
  return { server: origin + found[1], uuid: found[2].toLowerCase() };
}

const NO_URL = { protocol: "", origin: "", pathname: "" };

/**
 * Joins the callback's stream, and stays there until it is closed.
 * @param {Place} place  of `placeOf`; a server and a new UUID make a new callback
 * @param {Sink} sink
 * @returns {Stream}
 */
export function openStream({ server, ...place }, sink) {
  /** Sent anew with each connect, so that the server can count what was missed. */
  const at = place;
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
 * Keeps the socket connected and tells how that stands. "live" is said by `joined` alone:
 * a connection that has not joined may miss requests.
 */
class Connection {
  #socket;
  #sink;
  #tries = 0;
  /** Why the server said good-bye; "" when it did not. */
  #farewell = "";
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
      this.#farewell = FAREWELLS[reason] ?? "";
    });
    // When the queue is back, `joined` follows and says so.
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
    if (!this.#timer) return; // it is connected, or a try is under way
    this.#stopWaiting();
    this.#tell(away());
    this.#socket.connect();
  };

  close = () => {
    this.#stopWaiting();
    this.#ended.abort();
    this.#socket.off();
    this.#socket.disconnect();
  };

  /**
   * Node tells nothing of the network.
   * @param {"online" | "offline"} event
   * @param {() => void} act
   */
  #onNetwork(event, act) {
    globalThis.addEventListener?.(event, act, { signal: this.#ended.signal });
  }

  #succeed() {
    this.#tries = 0;
    this.#farewell = "";
  }

  /** @param {Error & {data?: {reason?: string}}} error */
  #fail({ message, data }) {
    if (this.#socket.active)
      this.#retryLater(message === "timeout"); // the library's own word
    else this.#sink.linkChanged?.({ state: "refused", message, retryAt: 0, reason: data?.reason });
  }

  /** @param {boolean} [timedOut]  the last try did */
  #retryLater(timedOut = false) {
    this.#stopWaiting();
    this.#chooseTransports(timedOut);
    const delay = retryDelay(this.#tries++, Math.random());
    this.#timer = setTimeout(this.tryNow, delay);
    this.#tell(away(), Date.now() + delay);
  }

  /**
   * A WebSocket that something on the way swallows fails by silence alone: the next try polls. Only
   * that one, since polling fails behind a balancer whose sessions do not stick.
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
  #tell(state, retryAt = 0) {
    this.#sink.linkChanged?.({ state, message: this.#farewell, retryAt });
  }
}

/** @returns {Link["state"]} */
function away() {
  return globalThis.navigator?.onLine === false ? "offline" : "reconnecting";
}
