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
export type HeaderLine = [string, string];
export type Body = {
    /**
     * bytes sent, even if the content was not kept
     */
    size: number;
    encoding: "utf-8" | "base64";
    /**
     * empty when not complete
     */
    content: string;
    /**
     * false: larger than the server's limit
     */
    complete: boolean;
};
export type CapturedRequest = {
    uuid: string;
    epoch: string;
    seq: number;
    id: string;
    /**
     * ISO 8601 with microseconds, UTC
     */
    received_at: string;
    method: string;
    scheme: string;
    host: string;
    /**
     * raw, percent-escapes kept
     */
    path: string;
    /**
     * the part of `path` after the callback's UUID: "" or "/orders"
     */
    subpath: string;
    /**
     * raw, without the question mark
     */
    query_string: string;
    http_version: string;
    remote_addr: string;
    /**
     * all lines, in order
     */
    headers: HeaderLine[];
    /**
     * the trailer lines of a chunked body, if any
     */
    trailers?: HeaderLine[];
    body: Body;
};
export type StreamPosition = {
    /**
     * URL of the server, with its prefix if it has one
     */
    server: string;
    uuid: string;
    /**
     * the view key, which a private callback needs
     */
    key?: string;
    /**
     * the log-in of the server, as the value of this header
     */
    authorization?: string;
    /**
     * with `seq`, the position of the last request received
     */
    epoch?: string;
    seq?: number;
};
export type Link = {
    /**
     *   live: no request is lost from here on. stalled: the server's message queue is unavailable; the
     *   stream resumes by itself. refused: permanent
     */
    state: "connecting" | "live" | "reconnecting" | "stalled" | "offline" | "refused";
    /**
     * the cause, for people, or ""
     */
    message: string;
    /**
     * milliseconds since 1970; 0 when no attempt is scheduled
     */
    retryAt: number;
    /**
     * a stable word for programs, if the server refused
     */
    reason?: string;
};
export type Joined = {
    epoch: string;
    seq: number;
    /**
     * requests since the last position that will not arrive; null when
     * the server does not know
     */
    missed: number | null;
    /**
     * requests since then that follow, because the server kept them
     */
    recovered?: number;
    /**
     * of this callback, this one included
     */
    viewers: number;
    /**
     * true while a viewer produces the callback's responses
     */
    responder?: boolean;
    /**
     * the URL for senders, if callbacks have a separate host
     */
    callback_url?: string;
};
export type Responded = {
    epoch: string;
    seq: number;
    status: number;
    /**
     * what decided it: "default", "reply", "path", "handshake"
     * or "responder"
     */
    by: string;
    /**
     * only if a reply, a handshake or a viewer could decide the response, like the rest
     */
    headers?: HeaderLine[];
    /**
     * not complete, and without its content, if that is over 16 KiB
     */
    body?: Body;
    /**
     * from the arrival of the request to its response
     */
    seconds?: number;
};
export type ReplyBody = {
    encoding: "utf-8" | "base64";
    content: string;
};
export type Reply = {
    status: number;
    headers: HeaderLine[];
    body: ReplyBody;
    /**
     * seconds
     */
    delay: number;
    /**
     * remaining requests that get it; null for all
     */
    times: number | null;
    /**
     * whether pages of other origins may call the callback
     */
    cors: boolean;
    /**
     * whether header values and body contain expressions
     */
    template?: boolean;
    /**
     * responses to the requests that match
     */
    rules?: ReplyRule[];
    /**
     * responses that are sent one after the other
     */
    sequence?: (number | Partial<Reply>)[];
    /**
     * number of entries of the sequence that were sent
     */
    used?: number;
};
export type ReplyRule = Partial<Reply> & {
    match: RuleMatch;
};
export type RuleMatch = {
    method?: string;
    subpath?: string;
    headers?: Record<string, string>;
    /**
     * by JSON Pointer
     */
    json?: Record<string, string | number | boolean | null>;
};
export type Refused = {
    count: number;
    /**
     * the status that the latest sender got
     */
    status: number;
    /**
     * a stable word for programs
     */
    reason: string;
    /**
     * the reason, for people
     */
    message: string;
};
export type Role = boolean | "handshakes";
export type Responding = {
    active: boolean;
    /**
     * a stable word for programs, or "" if the connection was lost
     */
    reason: string;
    /**
     * the reason, for people
     */
    message: string;
};
export type Sink = {
    /**
     * for every state except "live", which `joined` reports
     */
    linkChanged?: (link: Link) => void;
    /**
     * live from here on
     */
    joined?: (joined: Joined) => void;
    requestArrived?: (request: CapturedRequest) => void;
    /**
     * also whether a viewer
     * produces the callback's responses
     */
    viewersChanged?: (viewers: number, responder: boolean) => void;
    /**
     * requests whose URL names the callback
     */
    requestsRefused?: (refused: Refused) => void;
    requestResponded?: (responded: Responded) => void;
    /**
     * null: the reply was reset
     */
    replyChanged?: (reply: Reply | null) => void;
    /**
     * the result of each claim of a role
     */
    respondingChanged?: (responding: Responding) => void;
};
export type StreamOptions = {
    /**
     * sent with each request of each connection. Browsers
     * can't send them with a WebSocket, so there the stream only polls then
     */
    headers?: Record<string, string>;
    /**
     * whether a page of another origin sends the server's cookies
     * when it polls; with a WebSocket, browsers always send them
     */
    withCredentials?: boolean;
};
export type Stream = {
    /**
     * connects at once if an attempt is scheduled
     */
    tryNow: () => void;
    /**
     * calls `act` after each `joined`, after the sink
     */
    onJoined: (act: () => void) => void;
    /**
     * closes the stream permanently and returns its position.
     * Pass it to `openStream` to continue: `joined` then reports the missed requests
     */
    close: () => StreamPosition;
    /**
     * the senders that wait for a response that you post; false
     * at first. The stream claims the role again when it reconnects, or while another viewer has it
     */
    respond: (role: Role) => void;
};
export type LogEvents = {
    request: CapturedRequest;
    /**
     * null: the server does not know
     */
    gap: {
        missed: number | null;
    };
    /**
     * requests that follow late, because the server kept them
     */
    recovered: {
        recovered: number;
    };
    refused: Refused;
    responded: Responded;
    link: Link;
};
export type Log = {
    /**
     * URL of a callback or of its page; with `#key=…` if the callback is private
     */
    src: string;
    /**
     * maximum entries in the list
     */
    maxEntries: number;
    /**
     * whether long-polling sends the cookies of another origin
     */
    withCredentials: boolean;
    /**
     * read only
     */
    state: Link["state"];
    /**
     * read only; newest first
     */
    requests: readonly CapturedRequest[];
    /**
     * empties the list
     */
    clear: () => void;
};
export type WebhookLogElement = HTMLElement & Log;
export {};
