/**
 * Reads the reply whenever the page joins: it may have changed while the page was disconnected.
 *
 * @typedef {import("./reply.js").Reply} Reply
 */

/**
 * @param {Pick<import("../wire/contract.js").Stream, "onJoined">} stream
 * @param {Pick<import("./api.js").ReplyApi, "read">} replies
 * @param {{replyRead: (reply: Reply) => void}} store
 */
export function followReply(stream, replies, store) {
  stream.onJoined(async () => {
    const reply = await replies.read().catch(() => null); // the next join reads it again
    if (reply) store.replyRead(reply);
  });
}
