/** Names and descriptions of the states of a link. Does not use the DOM. */

/** @typedef {import("../wire/contract.js").Link["state"]} State */

/** @type {Readonly<Record<State, string>>} */
export const LINK_NAMES = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  stalled: "Queue unavailable",
  offline: "Offline",
  refused: "Refused",
};

/** @type {Readonly<Record<State, string>>} */
export const LINK_DESCRIPTIONS = {
  connecting: "Connecting to the server",
  live: "New requests appear here as they arrive",
  reconnecting: "The connection was lost. The page reconnects automatically.",
  stalled:
    "The server’s message queue is unavailable, so it accepts no requests. The page resumes automatically.",
  offline: "This device has no network connection. The page reconnects automatically.",
  refused: "The server refused this page",
};
