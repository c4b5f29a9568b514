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
import { Handover } from "./handover.js";
import { keyIn } from "./private.js";
import { retryDelay } from "./retry.js";
import { handoverSeconds, SecondConnection } from "./second-connection.js";

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
  blocked: "The operator of this server blocks this callback or this address.",
  limit: `The server has reached its maximum number of viewers. ${CLIENT} keeps trying.`,
};

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const CALLBACK = new RegExp(`^(.*?)(?:/view)?/(${UUID})(?:/|$)`, "i");

/**
 * Read the server and the callback from a URL, and the view key from its fragment, `#key=…`.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {StreamPosition}
 * @throws {TypeError} if the URL is neither; its message can be shown to people
 */
export function parseCallbackUrl(url) {
  const { protocol, origin, pathname, hash } = URL.canParse(url) ? new URL(url) : NO_URL;
  const found = /^https?:$/.test(protocol) && CALLBACK.exec(pathname);
  if (!found) {
    const shown = JSON.stringify(url.replace(/#.*/s, "")); // a fragment can contain the view key
    throw new TypeError(`${shown} is not the URL of a callback, https://…/<uuid>.`);
  }
  const callback = { server: origin + found[1], uuid: found[2].toLowerCase() };
  const key = keyIn(hash);
  return key ? { ...callback, key } : callback;
}

const NO_URL = { protocol: "", origin: "", pathname: "", hash: "" };

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
  const connection = new Connection(at, sink, (options) =>
    io(origin, { ...OPTIONS, path, ...options }),
  );
  const { tryNow, onJoined, respondToHandshakes } = connection;
  const close = () => {
    connection.close();
    return { server, ...at };
  };
  return { tryNow, onJoined, respondToHandshakes, close };
}

/**
 * Keeps the stream connected and reports the state of the link. Only `joined` reports "live":
 * a connection that has not joined may miss requests. A worker that stops hands the stream over to
 * another one: a second socket joins there, and then replaces the first.
 */
class Connection {
  #at;
  #sink;
  #open;
  #events;
  #handover;
  #socket;
  /** The second connection, from the `bye` on. @type {SecondConnection | undefined} */
  #second = undefined;
  #attempts = 0;
  /** The message for the server's last `bye`, or "". */
  #byeMessage = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** @type {(() => void)[]} */
  #joinedActs = [];
  #respondsToHandshakes = false;
  #ended = new AbortController();

  /**
   * @param {Omit<StreamPosition, "server">} at  the position of the stream, which is updated
   * @param {Sink} sink
   * @param {(options: object) => import("socket.io-client").Socket} open
   */
  constructor(at, sink, open) {
    this.#at = at;
    this.#sink = sink;
    this.#open = open;
    this.#events = this.#eventHandlers();
    this.#handover = new Handover(at, (name, payload) => {
      if (!this.#ended.signal.aborted) this.#events[name](payload);
    });
    this.#socket = this.#use(open({ auth: at }));
    this.#onNetwork("online", this.tryNow);
    this.#onNetwork("offline", () => this.#timer && this.#retryLater());
  }

  tryNow = () => {
    if (!this.#timer) return; // connected, or an attempt is under way
    this.#stopWaiting();
    this.#report(stateWhileAway());
    this.#socket.connect();
  };

  /** @param {() => void} act */
  onJoined = (act) => {
    this.#joinedActs.push(act);
  };

  /** @param {boolean} isOn */
  respondToHandshakes = (isOn) => {
    if (isOn === this.#respondsToHandshakes) return;
    this.#respondsToHandshakes = isOn;
    if (this.#socket.connected) this.#claim(this.#socket);
  };

  close() {
    this.#stopWaiting();
    this.#ended.abort();
    this.#second?.stop();
    this.#socket.off().disconnect();
  }

  /**
   * Return the functions that handle the events of the server, by name.
   * @returns {Record<string, (payload: any) => void>}
   */
  #eventHandlers() {
    const sink = this.#sink;
    return {
      joined: (joined) => {
        this.#succeed();
        sink.joined?.(joined);
        for (const act of this.#joinedActs) act();
      },
      request: (request) => sink.requestArrived?.(request),
      viewers: ({ viewers, responder = false }) => sink.viewersChanged?.(viewers, responder),
      refused: (refused) => sink.requestsRefused?.(refused),
      responded: (responded) => sink.requestResponded?.(responded),
      reply: ({ reply }) => sink.replyChanged?.(reply),
      // When the queue is available again, `joined` follows.
      status: ({ queue, reason }) => {
        if (queue === "down")
          sink.linkChanged?.({ state: "stalled", message: reason ?? "", retryAt: 0 });
      },
      bye: ({ reason, seconds: announced }) => {
        this.#byeMessage = BYE_MESSAGES[reason] ?? "";
        const seconds = handoverSeconds(announced);
        if (reason === "draining" && seconds > 0) this.#second ??= this.#openSecond(seconds);
      },
    };
  }

  /**
   * Receive the stream from a socket.
   * @param {import("socket.io-client").Socket} socket
   */
  #use(socket) {
    this.#listen(socket, (name, payload) => this.#handover.receive(name, payload));
    socket.on("disconnect", () => this.#lose());
    socket.on("connect_error", (error) => this.#fail(error));
    return socket;
  }

  /**
   * @param {import("socket.io-client").Socket} socket
   * @param {(name: string, payload: any) => void} act
   */
  #listen(socket, act) {
    for (const name of Object.keys(this.#events)) {
      socket.on(name, (payload) => {
        act(name, payload);
        if (name === "joined" && this.#respondsToHandshakes) this.#claim(socket);
        this.#progress();
      });
    }
  }

  /**
   * Claim the role for handshakes, or give it up.
   * @param {import("socket.io-client").Socket} socket
   */
  #claim(socket) {
    const { uuid, key } = this.#at;
    const respond = this.#respondsToHandshakes && "handshakes";
    socket.emit("join", { uuid, key, respond });
  }

  /** @param {number} seconds  the time for which the first connection stays open */
  #openSecond(seconds) {
    const { id: replaces, io } = this.#socket;
    const options = {
      // Another transport could wait for a timeout, or need sticky sessions.
      transports: [io.engine.transport.name === "polling" ? POLLING : WebSocket],
      auth: (/** @type {(auth: object) => void} */ send) => send({ ...this.#at, replaces }),
    };
    const openSocket = () => {
      const socket = this.#open(options);
      this.#listen(socket, (name, payload) => this.#handover.hold(name, payload));
      return socket;
    };
    // A worker that froze does not close the first connection.
    const onOverdue = () => {
      if (this.#handover.hasJoined) this.#takeOver();
    };
    return new SecondConnection(seconds, this.#handover, openSocket, onOverdue);
  }

  /** Continue the handover after an event of either connection. */
  #progress() {
    if (this.#handover.isFull) this.#second?.stop();
    if (this.#handover.isReady) this.#takeOver();
  }

  /** Replace the first connection with the second one. */
  #takeOver() {
    const socket = this.#second?.release();
    if (!socket) return;
    this.#second = undefined;
    this.#socket.off().disconnect();
    socket.auth = this.#at;
    this.#socket = this.#use(socket);
    this.#succeed();
    this.#handover.takeOver();
  }

  #lose() {
    if (this.#handover.hasJoined) return this.#takeOver();
    this.#second?.stop();
    this.#second = undefined;
    this.#retryLater();
  }

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
