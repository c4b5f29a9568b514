/**
 * The registry of providers, made from webhook_logger/providers/registry/ by
 * deploy/collect-providers.js. webhook_logger/providers/schema.json describes the format.
 *
 * @typedef {string} Location  the place of a value: "body", "header:X-Event", "json:/type", …
 * @typedef {string} Template  text with placeholders: "{header:X-Event}.{json:/action}"
 *
 * @typedef {object} Rule  holds if all its conditions hold. A name, or a JSON Pointer, has a pattern to
 *   search in the value; "" matches every value
 * @property {string} [method]
 * @property {string} [subpath]  pattern
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string>} [query]
 * @property {Record<string, string>} [form]
 * @property {Record<string, string>} [json]
 * @property {string[]} [only]  all names that the members of a JSON body may have
 *
 * @typedef {Template | {when: Rule, text: Template}} Text  counts only if its rule holds
 *
 * @typedef {object} Timestamp  of a signature
 * @property {Location | "pair" | "list"} at  "pair": among the pairs of the signature; "list": the first
 *   entry of the list; "claim:iat": a claim of the token
 * @property {"seconds" | "milliseconds" | "iso8601"} unit
 * @property {number} [tolerance]  seconds; without it, the timestamp is not judged
 * @property {boolean} [future]    accept any timestamp later than the arrival of the request
 *
 * @typedef {"text" | "base64" | "hex" | "public-key" | "jwk"} KeyFormat
 *
 * @typedef {object} Secret  what the user enters
 * @property {string} label
 * @property {string} [hint]
 * @property {KeyFormat} [key]   "text" by default
 * @property {string} [prefix]   removed before the secret is decoded
 * @property {string} [only]     prefix of the secrets that this signature is for
 *
 * @typedef {object} Option  another value that the user enters
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {Template} [initial]
 *
 * @typedef {"hmac" | "token" | "basic" | "ed25519" | "ecdsa" | "rsa" | "jwt" | "twilio"} Kind
 * @typedef {"SHA-1" | "SHA-256" | "SHA-384" | "SHA-512"} Hash
 * @typedef {"hex" | "base64" | "base64url"} Encoding
 *
 * @typedef {object} Signature
 * @property {Kind} kind
 * @property {Rule} [when]       the requests that it is for
 * @property {Location} at       location of the signature
 * @property {string} [prefix]   text before the signature
 * @property {{separator: string, signature: string, timestamp?: string}} [pairs]  the value is a list of
 *   name=value pairs, of which these names count
 * @property {{separator: string}} [list]  the value is a list of entries, of which those with the prefix count
 * @property {Hash} [hash]          SHA-256 by default
 * @property {Encoding} [encoding]  hex by default
 * @property {Template} [signed]    "{body}" by default
 * @property {Timestamp} [timestamp]
 * @property {Secret} secret
 * @property {Option[]} [options]
 * @property {Record<string, Template>} [adds]  headers that signing adds first
 * @property {{at: Location, hosts: string}} [certificate]
 * @property {Record<string, Template>} [claims]  claims of a token that must equal a template
 * @property {string[]} [algorithms]  of a token
 * @property {string} [note]  on a valid signature
 *
 * @typedef {object} Like  represents the signatures of another provider
 * @property {string} like  its id
 *
 * @typedef {object} HandshakeResponse
 * @property {number} [status]  200 by default
 * @property {Record<string, Template>} [headers]
 * @property {Template} [text]
 * @property {unknown} [json]  its strings are templates
 *
 * @typedef {object} Handshake
 * @property {Rule} when
 * @property {boolean} [secret]   whether the response needs the secret
 * @property {number} seconds     the provider waits this long
 * @property {HandshakeResponse} respond
 * @property {{hash: Hash, encoding: Encoding, prefix?: string, signed: Template}} [computed]  an HMAC
 * @property {HandshakeResponse & {about: string}} [invalid]  the response if the signature is not
 *   valid; without it, the signature is not verified
 * @property {string} about       what happened, for people: if the signature is valid
 *
 * @typedef {object} Sample  a request of the documentation
 * @property {string} [event]   the name by which it is chosen
 * @property {string} [method]  POST by default
 * @property {Record<string, string>} [headers]
 * @property {string} [query]
 * @property {unknown} [json]
 * @property {Record<string, string>} [form]
 * @property {string} [text]
 *
 * @typedef {"certain" | "likely" | "possible"} Certainty
 *
 * @typedef {object} Provider
 * @property {string} id
 * @property {string} name
 * @property {string} documentation
 * @property {Partial<Record<Certainty, Rule[]>>} recognise
 * @property {Text[]} [event]      the first one that is not missing or empty counts
 * @property {Text[]} [delivery]
 * @property {Text[]} [attempt]    1 for the first attempt
 * @property {Text[]} [retry]      0 or absent for the first attempt
 * @property {Text[]} [timestamp]
 * @property {(Signature | Like)[]} [signatures]
 * @property {Handshake[]} [handshakes]
 * @property {{url: Location, hosts: string, label: string}} [subscribe]  a URL that the user opens to confirm
 * @property {string} [notes]
 */

import collected from "../../vendor/providers/registry.js";

/** In order of their ids. @type {readonly Provider[]} */
export const PROVIDERS = collected;

const BY_ID = new Map(PROVIDERS.map((provider) => [provider.id, provider]));

/** @param {string} id */
export function providerOf(id) {
  return BY_ID.get(id);
}

/**
 * Return the signatures of a provider, and those of another provider that it is like.
 * @param {Provider} provider
 * @returns {Signature[]}
 */
export function signaturesOf({ signatures = [] }) {
  return signatures.flatMap((each) => {
    if (!("like" in each)) return each;
    const other = providerOf(each.like);
    const { like: _, ...own } = each;
    return other ? signaturesOf(other).map((signature) => ({ ...signature, ...own })) : [];
  });
}

/**
 * Load the samples of all providers.
 * @returns {Promise<Record<string, Sample[]>>} by provider
 */
export async function loadSamples() {
  return (await import("../../vendor/providers/samples.js")).default;
}
