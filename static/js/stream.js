/**
 * The stream of one callback. The only file that knows Socket.IO.
 *
 * @typedef {import("./store.js").Link} Link
 * @typedef {import("./store.js").Cut} Cut
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Sink  what a stream writes to
 * @property {(link: Link) => void} linkChanged
 * @property {(cut: Cut) => void} joined
 * @property {(request: CapturedRequest) => void} requestArrived
 * @property {(viewers: number) => void} viewersChanged
 * @property {(count: number) => void} requestsRefused
 */

import { io } from "socket.io-client";

/** After the server's own DISCONNECT the library stays away for good; this page comes back. */
const RETURN_AFTER_MS = 1000;

const OPTIONS = {
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  reconnectionDelay: 300,
  reconnectionDelayMax: 3000,
  timeout: 5000,
};

/**
 * @param {{uuid: string, path: string}} where
 * @param {Sink} sink
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
  reportLink(socket, sink);
}

/**
 * @param {object} at
 * @param {{epoch: string, seq: number}} position
 */
function follow(at, { epoch, seq }) {
  Object.assign(at, { epoch, seq });
}

/**
 * "live" is said by `joined` alone: a connection that has not joined may miss requests.
 * @param {import("socket.io-client").Socket} socket
 * @param {Sink} sink
 */
function reportLink(socket, sink) {
  const lost = () => sink.linkChanged({ state: away(), message: "" });
  const ifLost = () => socket.connected || !socket.active || lost();
  socket.on("disconnect", (reason) => {
    lost();
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), RETURN_AFTER_MS);
  });
  socket.on("connect_error", (error) => {
    if (socket.active) lost();
    else sink.linkChanged({ state: "refused", message: error.message });
  });
  // When the queue is back, `joined` follows and says so.
  socket.on("status", ({ queue }) => {
    if (queue === "down") sink.linkChanged({ state: "stalled", message: "" });
  });
  addEventListener("offline", ifLost);
  addEventListener("online", ifLost);
}

/** @returns {Link["state"]} */
function away() {
  return navigator.onLine ? "reconnecting" : "offline";
}
