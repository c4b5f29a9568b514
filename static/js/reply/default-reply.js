/**
 * The reply of a callback without a configured one. Does not use the DOM.
 *
 * @typedef {import("../wire/contract.js").Reply} Reply
 * @typedef {import("../wire/contract.js").ReplyBody} ReplyBody
 */

/** @type {Readonly<ReplyBody>} */
export const NO_BODY = { encoding: "utf-8", content: "" };

/** @type {Readonly<Reply>} */
export const DEFAULT_REPLY = {
  status: 200,
  headers: [],
  body: NO_BODY,
  delay: 0,
  times: null,
  cors: true,
};
