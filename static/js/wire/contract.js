/**
 * Types of the values on the wire and of the values that a stream reports. No code.
 *
 * @typedef {[string, string]} HeaderLine  name and value, their bytes read as Latin-1
 *
 * @typedef {object} Body
 * @property {number} size       bytes sent, even if the content was not kept
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
 * @property {string} subpath       the part of `path` after the callback's UUID: "" or "/orders"
 * @property {string} query_string  raw, without the question mark
 * @property {string} http_version
 * @property {string} remote_addr
 * @property {HeaderLine[]} headers  all lines, in order
 * @property {HeaderLine[]} [trailers]  the trailer lines of a chunked body, if any
 * @property {Body} body
 *
 * @typedef {object} StreamPosition  a callback, and a position in its stream
 * @property {string} server   URL of the server, with its prefix if it has one
 * @property {string} uuid
 * @property {string} [key]    the view key, which a private callback needs
 * @property {string} [authorization]  the log-in of the server, as the value of this header
 * @property {string} [epoch]  with `seq`, the position of the last request received
 * @property {number} [seq]
 *
 * @typedef {object} Link
 * @property {"connecting" | "live" | "reconnecting" | "stalled" | "offline" | "refused"} state
 *   live: no request is lost from here on. stalled: the server's message queue is unavailable; the
 *   stream resumes by itself. refused: permanent
 * @property {string} message  the cause, for people, or ""
 * @property {number} retryAt  milliseconds since 1970; 0 when no attempt is scheduled
 * @property {string} [reason]  a stable word for programs, if the server refused
 *
 * @typedef {object} Joined  the position of the stream when the viewer joined
 * @property {string} epoch
 * @property {number} seq
 * @property {number | null} missed  requests since the last position that will not arrive; null when
 *   the server does not know
 * @property {number} [recovered]  requests since then that follow, because the server kept them
 * @property {number} viewers  of this callback, this one included
 * @property {boolean} [responder]  true while a viewer produces the callback's responses
 * @property {string} [callback_url]  the URL for senders, if callbacks have a separate host
 *
 * @typedef {object} Responded  the response to the sender of a request
 * @property {string} epoch
 * @property {number} seq
 * @property {number} status
 * @property {string} by  what decided it: "default", "reply", "path", "handshake"
 *   or "responder"
 * @property {HeaderLine[]} [headers]  only if a reply, a handshake or a viewer could decide the response, like the rest
 * @property {Body} [body]      not complete, and without its content, if that is over 16 KiB
 * @property {number} [seconds]  from the arrival of the request to its response
 *
 * @typedef {{encoding: "utf-8" | "base64", content: string}} ReplyBody
 *
 * @typedef {object} Reply  the configured reply of a callback
 * @property {number} status
 * @property {HeaderLine[]} headers
 * @property {ReplyBody} body
 * @property {number} delay         seconds
 * @property {number | null} times  remaining requests that get it; null for all
 * @property {boolean} cors         whether pages of other origins may call the callback
 * @property {boolean} [template]   whether header values and body contain expressions
 * @property {ReplyRule[]} [rules]  responses to the requests that match
 * @property {(number | Partial<Reply>)[]} [sequence]  responses that are sent one after the other
 * @property {number} [used]        number of entries of the sequence that were sent
 *
 * @typedef {Partial<Reply> & {match: RuleMatch}} ReplyRule
 *
 * @typedef {object} RuleMatch
 * @property {string} [method]
 * @property {string} [subpath]
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string | number | boolean | null>} [json]  by JSON Pointer
 *
 * @typedef {object} Refused  requests that the server refused since the last event
 * @property {number} count
 * @property {number} status   the status that the latest sender got
 * @property {string} reason   a stable word for programs
 * @property {string} message  the reason, for people
 *
 * @typedef {boolean | "handshakes"} Role  true: the callback's responder, which is one viewer at a
 *   time. "handshakes": any number of viewers that respond to handshakes that need a secret
 *
 * @typedef {object} Responding  whether this viewer has the role that it asked for
 * @property {boolean} active
 * @property {string} reason   a stable word for programs, or "" if the connection was lost
 * @property {string} message  the reason, for people
 *
 * @typedef {object} Sink  the methods that a stream calls; all are optional
 * @property {(link: Link) => void} [linkChanged]  for every state except "live", which `joined` reports
 * @property {(joined: Joined) => void} [joined]  live from here on
 * @property {(request: CapturedRequest) => void} [requestArrived]
 * @property {(viewers: number, responder: boolean) => void} [viewersChanged]  also whether a viewer
 *   produces the callback's responses
 * @property {(refused: Refused) => void} [requestsRefused]  requests whose URL names the callback
 * @property {(responded: Responded) => void} [requestResponded]
 * @property {(reply: Reply | null) => void} [replyChanged]  null: the reply was reset
 * @property {(responding: Responding) => void} [respondingChanged]  the result of each claim of a role
 *
 * @typedef {object} StreamOptions  for a server behind a proxy with a log-in
 * @property {Record<string, string>} [headers]  sent with each request of each connection. Browsers
 *   can't send them with a WebSocket, so there the stream only polls then
 * @property {boolean} [withCredentials]  whether a page of another origin sends the server's cookies
 *   when it polls; with a WebSocket, browsers always send them
 *
 * @typedef {object} Stream
 * @property {() => void} tryNow  connects at once if an attempt is scheduled
 * @property {(act: () => void) => void} onJoined  calls `act` after each `joined`, after the sink
 * @property {() => StreamPosition} close  closes the stream permanently and returns its position.
 *   Pass it to `openStream` to continue: `joined` then reports the missed requests
 * @property {(role: Role) => void} respond  the senders that wait for a response that you post; false
 *   at first. The stream claims the role again when it reconnects, or while another viewer has it
 *
 * @typedef {object} LogEvents  the events of `<webhook-log>` and their `detail`
 * @property {CapturedRequest} request
 * @property {{missed: number | null}} gap  null: the server does not know
 * @property {{recovered: number}} recovered  requests that follow late, because the server kept them
 * @property {Refused} refused
 * @property {Responded} responded
 * @property {Link} link
 *
 * @typedef {object} Log  the properties and methods that `<webhook-log>` adds to an element
 * @property {string} src   URL of a callback or of its page; with `#key=…` if the callback is private
 * @property {number} maxEntries  maximum entries in the list
 * @property {boolean} withCredentials  whether long-polling sends the cookies of another origin
 * @property {Link["state"]} state                    read only
 * @property {readonly CapturedRequest[]} requests    read only; newest first
 * @property {() => void} clear  empties the list
 *
 * @typedef {HTMLElement & Log} WebhookLogElement
 */

export {};
