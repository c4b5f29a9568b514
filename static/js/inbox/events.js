/**
 * Types of the events of an inbox. No code.
 *
 * @typedef {import("../wire/contract.js").Link} Link
 *
 * @typedef {object} Gap  accepted requests that did not arrive
 * @property {"gap"} type
 * @property {number | null} count  null if unknown, because the server had to start counting again
 * @property {"disconnected" | "skipped" | "overflow"} reason  disconnected: the inbox was not
 *   connected. skipped: the server skipped some. overflow: too many requests waited in the inbox
 *
 * @typedef {object} Recovered  requests that follow late, because the server kept them
 * @property {"recovered"} type
 * @property {number} count
 *
 * @typedef {{type: "responded"} & import("../wire/contract.js").Responded} RespondedEvent
 * @typedef {{type: "refused"} & import("../wire/contract.js").Refused} RefusedEvent
 * @typedef {{type: "responding"} & import("../wire/contract.js").Responding} RespondingEvent
 *
 * @typedef {object} ConnectionStatus  the state of the connection
 * @property {"connection"} type
 * @property {Link["state"]} state  live: every request arrives. refused: permanent
 * @property {string} message  the cause, for people, or ""
 * @property {string} [reason]  a stable word for programs, if the server refused
 *
 * @typedef {import("./request.js").InboxRequest | Gap | Recovered | RespondedEvent | RefusedEvent |
 *   RespondingEvent | ConnectionStatus} InboxEvent
 */

export {};
