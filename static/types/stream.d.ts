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
export type CapturedRequest = import("./contract.js").CapturedRequest;
export type Joined = import("./contract.js").Joined;
export type Link = import("./contract.js").Link;
export type Role = import("./contract.js").Role;
export type StreamPosition = import("./contract.js").StreamPosition;
export type Sink = import("./contract.js").Sink;
export type Stream = import("./contract.js").Stream;
export type StreamOptions = import("./contract.js").StreamOptions;
/**
 * Read the server and the callback from a URL, and the view key from its fragment, `#key=…`. Outside
 * of browsers, also a user name and a password for the server.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {StreamPosition}
 * @throws {TypeError} if the URL is neither; its message can be shown to people
 */
export declare function parseCallbackUrl(url: string): StreamPosition;
/**
 * Join a callback's stream and stay joined, across reconnects, until it is closed.
 * @param {StreamPosition} position  from `parseCallbackUrl`; a new UUID makes a new callback
 * @param {Sink} sink
 * @param {StreamOptions} [options]  for a server behind a proxy with a log-in
 * @returns {Stream}
 * @throws {TypeError} if the server's URL or a header is invalid; its message has no credentials
 */
export declare function openStream(position: StreamPosition, sink: Sink, { headers, withCredentials }?: StreamOptions): Stream;
