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
export type CapturedRequest = import("./contract.js").CapturedRequest;
export type Joined = import("./contract.js").Joined;
export type Link = import("./contract.js").Link;
export type StreamPosition = import("./contract.js").StreamPosition;
export type Sink = import("./contract.js").Sink;
export type Stream = import("./contract.js").Stream;
/**
 * Read the server and the callback from a URL, and the view key from its fragment, `#key=…`.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {StreamPosition}
 * @throws {TypeError} if the URL is neither; its message can be shown to people
 */
export declare function parseCallbackUrl(url: string): StreamPosition;
/**
 * Join a callback's stream and stay joined, across reconnects, until it is closed.
 * @param {StreamPosition} position  from `parseCallbackUrl`; a new UUID makes a new callback
 * @param {Sink} sink
 * @returns {Stream}
 */
export declare function openStream({ server, ...start }: StreamPosition, sink: Sink): Stream;
