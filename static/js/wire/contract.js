/**
 * The shapes of what comes over the wire, and of what a stream tells: types, and nothing else.
 *
 * @typedef {[string, string]} HeaderLine  name and value, their bytes read as Latin-1
 *
 * @typedef {object} Body
 * @property {number} size       bytes sent, also where the content was not kept
 * @property {"utf-8" | "base64"} encoding
 * @property {string} content    empty when not complete
 * @property {boolean} complete  false: larger than the server's limit
 *
 * @typedef {object} CapturedRequest
 * @property {string} uuid
 * @property {string} epoch
 * @property {number} seq
 * @property {string} id
 * @property {string} received_at  ISO 8601 with microseconds, UTC
 * @property {string} method
 * @property {string} scheme
 * @property {string} host
 * @property {string} path          raw, percent-escapes kept
 * @property {string} subpath       the end of `path` behind the callback's UUID: "" or "/orders"
 * @property {string} query_string  raw, without the question mark
 * @property {string} http_version
 * @property {string} remote_addr
 * @property {HeaderLine[]} headers  every line, in order
 * @property {HeaderLine[]} [trailers]  the lines behind a chunked body, where some were sent
 * @property {Body} body
 *
 * @typedef {object} Place  a callback, and where to go on in its stream
 * @property {string} server   the server's URL, with its prefix where it has one
 * @property {string} uuid
 * @property {string} [epoch]  with `seq`, the last position that was seen
 * @property {number} [seq]
 *
 * @typedef {object} Link
 * @property {"connecting" | "live" | "reconnecting" | "stalled" | "offline" | "refused"} state
 *   live: nothing is lost from here on. stalled: the server's message queue is unavailable, the stream
 *   goes on by itself. refused: for good, the reason and the message say why
 * @property {string} message  why, where there is more to say
 * @property {number} retryAt  milliseconds since 1970; 0 when nothing is waited for
 * @property {string} [reason]  where the server refused: why, as a word that stays the same
 *
 * @typedef {object} Joined  the position of the stream at the moment of joining
 * @property {string} epoch
 * @property {number} seq
 * @property {number | null} missed  since the last position; null when the server cannot tell
 * @property {number} viewers  of this callback, this one included
 *
 * @typedef {object} Responded  the response to the sender of a request
 * @property {string} epoch
 * @property {number} seq
 * @property {number} status
 * @property {string} by  what decided it
 *
 * @typedef {{encoding: "utf-8" | "base64", content: string}} ReplyBody
 *
 * @typedef {object} Reply  what a callback responds with, as the server keeps it
 * @property {number} status
 * @property {HeaderLine[]} headers
 * @property {ReplyBody} body
 * @property {number} delay         seconds
 * @property {number | null} times  for how many requests more; null for all
 * @property {boolean} cors         pages of other origins may call the callback
 *
 * @typedef {object} Refused  requests that the server refused since the last such event
 * @property {number} count
 * @property {number} status   what the sender of the latest one got
 * @property {string} reason   why, as a word that stays the same
 * @property {string} message  why, for people
 *
 * @typedef {object} Sink  what a stream writes to; what is left out is not told
 * @property {(link: Link) => void} [linkChanged]  but for "live", which `joined` says
 * @property {(joined: Joined) => void} [joined]  live from here on
 * @property {(request: CapturedRequest) => void} [requestArrived]
 * @property {(viewers: number) => void} [viewersChanged]
 * @property {(refused: Refused) => void} [requestsRefused]  that name the callback
 * @property {(responded: Responded) => void} [requestResponded]
 * @property {(reply: Reply | null) => void} [replyChanged]  null: it was reset
 *
 * @typedef {object} Stream
 * @property {() => void} tryNow  tries at once to connect, where that is waited for
 * @property {(act: () => void) => void} onJoined  behind what the sink does
 * @property {() => Place} close  ends it for good; what is given back can be opened again, and the
 *   new stream then tells what was missed
 *
 * @typedef {object} LogEvents  the events of `<webhook-log>`, each with its detail
 * @property {CapturedRequest} request
 * @property {{missed: number | null}} gap  null: the server cannot tell
 * @property {Refused} refused
 * @property {Responded} responded
 * @property {Link} link
 *
 * @typedef {object} Log  what `<webhook-log>` has beside what every element has
 * @property {string} src   the URL of a callback or of its page
 * @property {number} most  how many entries are kept
 * @property {Link["state"]} state                    read only
 * @property {readonly CapturedRequest[]} requests    read only; the newest first
 * @property {() => void} clear  the list starts anew
 *
 * @typedef {HTMLElement & Log} WebhookLogElement
 */

export {};
