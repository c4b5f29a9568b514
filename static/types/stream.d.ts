/**
 * The stream of one callback, for any page, worker or Node. The only file that knows Socket.IO.
 *
 * @typedef {import("./contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("./contract.js").Joined} Joined
 * @typedef {import("./contract.js").Link} Link
 * @typedef {import("./contract.js").Place} Place
 * @typedef {import("./contract.js").Sink} Sink
 * @typedef {import("./contract.js").Stream} Stream
 */
export type CapturedRequest = import("./contract.js").CapturedRequest;
export type Joined = import("./contract.js").Joined;
export type Link = import("./contract.js").Link;
export type Place = import("./contract.js").Place;
export type Sink = import("./contract.js").Sink;
export type Stream = import("./contract.js").Stream;
/**
 * Which callback of which server a URL means.
 * @param {string} url  of a callback, `<server>/<uuid>`, or of its page, `<server>/view/<uuid>`
 * @returns {Place}
 * @throws {TypeError} where it is neither; its message is a sentence
 */
export declare function placeOf(url: string): Place;
/**
 * Joins the callback's stream, and stays there until it is closed.
 * @param {Place} place  of `placeOf`; a server and a new UUID make a new callback
 * @param {Sink} sink
 * @returns {Stream}
 */
export declare function openStream({ server, ...place }: Place, sink: Sink): Stream;
