/** What is said of a link's state. No DOM in here. */

/** @typedef {import("../wire/contract.js").Link["state"]} State */

/** @type {Readonly<Record<State, string>>} */
export const LINK_WORDS = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  stalled: "Queue lost",
  offline: "Offline",
  refused: "Refused",
};

/** @type {Readonly<Record<State, string>>} */
export const LINK_MEANINGS = {
  connecting: "Connecting to the server",
  live: "Requests show here the moment they arrive",
  reconnecting: "The connection was lost; the page comes back by itself",
  stalled: "The server cannot reach its queue and takes no requests; the page goes on by itself",
  offline: "This device has no network; the page comes back by itself",
  refused: "The server does not take this page",
};
