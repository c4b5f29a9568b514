/**
 * The stream of one callback, for pages, workers and Node. Only this module and transports.js use
 * Socket.IO.
 *
 * @typedef {import("./contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./contract.js").Joined} Joined
 * @typedef {import("./contract.js").Link} Link
 * @typedef {import("./contract.js").Role} Role
 * @typedef {import("./contract.js").StreamPosition} StreamPosition
 * @typedef {import("./contract.js").Sink} Sink
 * @typedef {import("./contract.js").Stream} Stream
 * @typedef {import("./contract.js").StreamOptions} StreamOptions
 */

import { io } from "socket.io-client";
import { Claims } from "./claims.js";
import { basicOf, checkedHeaders, LOG_IN, withoutSecrets } from "./credentials.js";
import { Handover } from "./handover.js";
import { keyIn } from "./private.js";
import { retryDelay } from "./retry.js";
import { handoverSeconds, SecondConnection } from "./second-connection.js";
import { transportsFor } from "./transports.js";

/** Socket.IO's own reconnection does not expose its delay and stops after a DISCONNECT. */
const OPTIONS = {
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
 * Read the server and the callback from a URL, and the view key from its fragment, `#key=…`. Outside
 * of browsers, also a user name and a password for the server.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {StreamPosition}
 * @throws {TypeError} if the URL is neither; its message can be shown to people
 */
export function parseCallbackUrl(url) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const found = /^https?:$/.test(parsed?.protocol ?? "") && CALLBACK.exec(parsed?.pathname ?? "");
  if (!parsed || !found) {
    const shown = JSON.stringify(withoutSecrets(url));
    throw new TypeError(`${shown} is not the URL of a callback, https://…/<uuid>.`);
  }
  const key = keyIn(parsed.hash);
  const authorization = basicOf(parsed);
  return {
    server: parsed.origin + found[1],
    uuid: found[2].toLowerCase(),
    ...(key && { key }),
    ...(authorization && { authorization }),
  };
}

/**
 * Join a callback's stream and stay joined, across reconnects, until it is closed.
 * @param {StreamPosition} position  from `parseCallbackUrl`; a new UUID makes a new callback
 * @param {Sink} sink
 * @param {StreamOptions} [options]  for a server behind a proxy with a log-in
 * @returns {Stream}
 * @throws {TypeError} if the server's URL or a header is invalid; its message has no credentials
 */
export function openStream(position, sink, { headers = {}, withCredentials = false } = {}) {
  const { server: given, authorization: login, ...start } = position;
  /** Sent with each connect, so that the server can count the missed requests. */
  const at = start;
  const { origin, prefix, authorization = login } = serverOf(given);
  const extraHeaders = checkedHeaders(authorization, headers);
  const common = { ...OPTIONS, path: `${prefix}/socket.io/`, extraHeaders, withCredentials };
  const transports = transportsFor(extraHeaders !== undefined);
  const open = (/** @type {object} */ more) => io(origin, { ...common, transports, ...more });
  const connection = new Connection(at, sink, open, transports);
  const { tryNow, onJoined, respond } = connection;
  const close = () => {
    connection.close();
    return { server: origin + prefix, ...at, ...(authorization && { authorization }) };
  };
  return { tryNow, onJoined, respond, close };
}

/** @param {string} server  URL, perhaps with a user name and a password */
function serverOf(server) {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`${JSON.stringify(withoutSecrets(server))} is not the URL of a server.`);
  }
  const prefix = url.pathname.replace(/\/$/, "");
  return { origin: url.origin, prefix, authorization: basicOf(url) };
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
  #transports;
  #events;
  #handover;
  #socket;
  /** The second connection, from the `bye` on. @type {SecondConnection | undefined} */
  #second = undefined;
  #attempts = 0;
  /** The message for the server's last `bye`, or for its status 401, or "". */
  #cause = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** @type {(() => void)[]} */
  #joinedActs = [];
  #claims;
  #ended = new AbortController();

  /**
   * @param {Omit<StreamPosition, "server">} at  the position of the stream, which is updated
   * @param {Sink} sink
   * @param {(options: object) => import("socket.io-client").Socket} open
   * @param {ReturnType<typeof transportsFor>} transports  those that `open` uses
   */
  constructor(at, sink, open, transports) {
    this.#at = at;
    this.#sink = sink;
    this.#open = open;
    this.#transports = transports;
    this.#events = this.#eventHandlers();
    this.#claims = new Claims(at, (responding) => sink.respondingChanged?.(responding));
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

  /** @param {Role} role */
  respond = (role) => {
    if (role === this.#claims.role) return;
    this.#claims.role = role;
    if (this.#socket.connected) this.#claims.claim(this.#socket);
  };

  close() {
    this.#stopWaiting();
    this.#claims.stop();
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
        this.#cause = BYE_MESSAGES[reason] ?? "";
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
        if (name === "joined" && this.#claims.role) this.#claims.claim(socket);
        this.#progress();
      });
    }
  }

  /** Claim the role again, which a second connection may have taken with it. */
  #claimAgain = () => {
    if (this.#claims.role && this.#socket.connected) this.#claims.claim(this.#socket);
  };

  /** @param {number} seconds  the time for which the first connection stays open */
  #openSecond(seconds) {
    const { id: replaces, io } = this.#socket;
    const options = {
      // Another transport could wait for a timeout, or need sticky sessions.
      transports: [this.#transports.at(io.engine.transport.name === "polling" ? -1 : 0)],
      auth: (/** @type {(auth: object) => void} */ send) => send({ ...this.#at, replaces }),
    };
    const openSocket = () => {
      const socket = this.#open(options);
      this.#listen(socket, (name, payload) => this.#handover.hold(name, payload));
      socket.on("disconnect", this.#claimAgain);
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
    if (this.#handover.isFull) {
      this.#second?.stop();
      this.#claimAgain();
    }
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
    this.#claims.lose();
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
    this.#cause = "";
  }

  /** @param {Error & {data?: {reason?: string}, description?: unknown}} error */
  #fail({ message, data, description }) {
    if (description === 401) this.#cause = LOG_IN;
    else if (this.#cause === LOG_IN) this.#cause = "";
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
    const polls = timedOut && opts.transports === this.#transports;
    opts.transports = polls ? this.#transports.toReversed() : this.#transports;
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
    this.#sink.linkChanged?.({ state, message: this.#cause, retryAt });
  }
}

/** @returns {Link["state"]} */
function stateWhileAway() {
  return globalThis.navigator?.onLine === false ? "offline" : "reconnecting";
}
