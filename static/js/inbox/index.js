/**
 * The package `webhook-logger`: an inbox for tests and tools, and the stream under it.
 *
 * @typedef {import("../wire/contract.js").Body} Body
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../wire/contract.js").HeaderLine} HeaderLine
 * @typedef {import("../wire/contract.js").Joined} Joined
 * @typedef {import("../wire/contract.js").Link} Link
 * @typedef {import("../wire/contract.js").Refused} Refused
 * @typedef {import("../wire/contract.js").Reply} Reply
 * @typedef {import("../wire/contract.js").Responded} Responded
 * @typedef {import("../wire/contract.js").Responding} Responding
 * @typedef {import("../wire/contract.js").Role} Role
 * @typedef {import("../wire/contract.js").Sink} Sink
 * @typedef {import("../wire/contract.js").Stream} Stream
 * @typedef {import("../wire/contract.js").StreamOptions} StreamOptions
 * @typedef {import("../wire/contract.js").StreamPosition} StreamPosition
 * @typedef {import("./api.js").GivenReply} GivenReply
 * @typedef {import("./api.js").GivenResponse} GivenResponse
 * @typedef {import("./events.js").ConnectionStatus} ConnectionStatus
 * @typedef {import("./events.js").Gap} Gap
 * @typedef {import("./events.js").InboxEvent} InboxEvent
 * @typedef {import("./events.js").Recovered} Recovered
 * @typedef {import("./inbox.js").InboxOptions} InboxOptions
 * @typedef {import("./inbox.js").WaitOptions} WaitOptions
 * @typedef {import("./request.js").InboxRequest} InboxRequest
 */

export { openStream, parseCallbackUrl } from "../wire/stream.js";
export {
  ClientError,
  Closed,
  Invalid,
  NothingArrived,
  Rejected,
  TooSlow,
  Unreachable,
} from "./errors.js";
export { Inbox } from "./inbox.js";
