/** The words for the states of a link, and their meanings. Does not use the DOM. */

/** @typedef {import("../wire/contract.js").Link["state"]} State */

/** @type {Readonly<Record<State, string>>} */
export const LINK_WORDS = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  stalled: "Queue unavailable",
  offline: "Offline",
  refused: "Refused",
};

/** @type {Readonly<Record<State, string>>} */
export const LINK_MEANINGS = {
  connecting: "Connecting to the server",
  live: "Requests show here the moment they arrive",
  reconnecting: "The connection was lost; the page reconnects by itself",
  stalled:
    "The server’s message queue is unavailable, so it accepts no requests; the page goes on by itself",
  offline: "This device has no network; the page reconnects by itself",
  refused: "The server refused this page",
};
