/**
 * The stream of one callback. The only file that knows Socket.IO.
 *
 * @typedef {import("./store.js").Link} Link
 * @typedef {import("./store.js").Cut} Cut
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./answers.js").Answer & import("./answers.js").Position} Answered
 * @typedef {import("./reply.js").Reply} Reply
 *
 * @typedef {object} Sink  what a stream writes to
 * @property {(link: Link) => void} linkChanged
 * @property {(cut: Cut) => void} joined
 * @property {(request: CapturedRequest) => void} requestArrived
 * @property {(viewers: number) => void} viewersChanged
 * @property {(count: number) => void} requestsRefused
 * @property {(answered: Answered) => void} requestAnswered
 * @property {(reply: Reply | null) => void} replyChanged  null: it was reset
 *
 * @typedef {object} Stream
 * @property {() => void} tryNow  tries at once to connect, where that is waited for
 * @property {(act: () => void) => void} onJoined  behind what the sink does
 */

import { io } from "socket.io-client";
import { retryDelay } from "./retry.js";

/** The library's own reconnecting keeps its clock to itself, and stays away after a DISCONNECT. */
const OPTIONS = {
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  reconnection: false,
  timeout: 5000,
};

/** @type {Record<string, string>} */
const FAREWELLS = {
  draining: "The server is restarting. This page comes back by itself.",
  slow: "This page read too slowly and was cut off. It comes back by itself and counts what it missed.",
  limit: "The server has as many viewers as it can take. This page keeps trying.",
};

/**
 * @param {{uuid: string, path: string}} where
 * @param {Sink} sink
 * @returns {Stream}
 */
export function openStream({ uuid, path }, sink) {
  /** Sent anew with each connect, so that the server can count what this page missed. */
  const at = { uuid };
  const socket = io({ ...OPTIONS, path, auth: at });

  /** @param {Cut} cut */
  const onJoined = (cut) => {
    follow(at, cut);
    sink.joined(cut);
  };
  /** @param {CapturedRequest} request */
  const onRequest = (request) => {
    follow(at, request);
    sink.requestArrived(request);
  };
  socket.on("joined", onJoined);
  socket.on("request", onRequest);
  socket.on("viewers", ({ viewers }) => sink.viewersChanged(viewers));
  socket.on("refused", ({ count }) => sink.requestsRefused(count));
  socket.on("answered", (answered) => sink.requestAnswered(answered));
  socket.on("reply", ({ reply }) => sink.replyChanged(reply));
  const { tryNow } = new Connection(socket, sink);
  return { tryNow, onJoined: (act) => socket.on("joined", act) };
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
    socket.on("status", ({ queue }) => queue === "down" && this.#tell("stalled"));
    socket.on("disconnect", () => this.#retryLater());
    socket.on("connect_error", (error) => this.#fail(error));
    addEventListener("online", this.tryNow);
    addEventListener("offline", () => this.#timer && this.#retryLater());
  }

  tryNow = () => {
    if (!this.#timer) return; // it is connected, or a try is under way
    this.#stopWaiting();
    this.#tell(away());
    this.#socket.connect();
  };

  #succeed() {
    this.#tries = 0;
    this.#farewell = "";
  }

  /** @param {Error} error */
  #fail(error) {
    if (this.#socket.active) this.#retryLater();
    else this.#sink.linkChanged({ state: "refused", message: error.message, retryAt: 0 });
  }

  #retryLater() {
    this.#stopWaiting();
    const delay = retryDelay(this.#tries++, Math.random());
    this.#timer = setTimeout(this.tryNow, delay);
    this.#tell(away(), Date.now() + delay);
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
    this.#sink.linkChanged({ state, message: this.#farewell, retryAt });
  }
}

/** @returns {Link["state"]} */
function away() {
  return navigator.onLine ? "reconnecting" : "offline";
}
