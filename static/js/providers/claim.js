/**
 * Read the signatures of a request and the time of signing, as sent. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {import("./verdict.js").Refusal} Refusal
 *
 * @typedef {object} Claim
 * @property {Uint8Array[]} signatures  at least one has to match
 * @property {string} [timestamp]       as sent
 * @property {number} [seconds]         the timestamp, in seconds since 1970
 *
 * @typedef {{entries: string[], timestamp?: string}} Parts  of the value at the signature's location
 */

import { trimOws } from "../wire/captured.js";
import { decode, parseHash } from "./hashes.js";
import { secondsOf, timestampProblem } from "./signing-time.js";
import { locationsIn, parseTemplate, requiredIn } from "./template.js";
import { malformed, missing } from "./verdict.js";

/** Maximum signatures of a request that are verified. */
const MAX_SIGNATURES = 20;
const ED25519_BYTES = 64;

/** @type {Record<string, string>} */
const KEY_PAIRS = { ed25519: "an Ed25519", ecdsa: "an ECDSA", rsa: "an RSA" };

const IN_BODY = /^(?:body|json|form|crc32|sha256(?:-base64|-bytes)?)(?::|$)/;

/**
 * Whether a value starts with a prefix. Authentication schemes are case-insensitive.
 * @param {string} text
 * @param {string} [prefix]
 */
export function hasPrefix(text, prefix = "") {
  if (text.startsWith(prefix)) return true;
  const start = text.slice(0, prefix.length).toLowerCase();
  return prefix.endsWith(" ") && start === prefix.toLowerCase();
}

/** @param {string} prefix */
export function noPrefix(prefix) {
  return `it does not start with “${prefix}”`;
}

/** Whether a location is a part of the body. @param {string} location */
export function isInBody(location) {
  return IN_BODY.test(location);
}

/** Whether the signed content depends on the body. @param {Signature} signature */
export function coversBody(signature) {
  return locationsIn(parseTemplate(signature.signed ?? "{body}")).some(isInBody);
}

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {Signature[]} others  all signatures of the provider
 * @returns {Claim | Refusal}
 */
export function readClaim(values, signature, others) {
  const { at, timestamp } = signature;
  const text = values.text(at);
  if (!text) return missing(at);
  const parts = partsOf(text, signature);
  const problem = partsProblem(parts, signature);
  if (problem) return malformed(at, problem);
  const own = parts.entries.filter((entry) => hasPrefix(entry, signature.prefix));
  const signatures = parsedOf(own, signature);
  const isEmpty = parts.entries.length === 0 && parts.timestamp === undefined;
  if (isEmpty && signature.list) return missing(at);
  if (signatures.length === 0) return malformed(at, noSignature(parts, signature, others));
  const gap = neededBy(signature).find((location) => !values.text(location));
  if (gap) return missing(gap);
  return timestamp ? timedClaim(values, signature, signatures, parts) : { signatures };
}

/**
 * Split the value at the signature's location.
 * @param {string} text
 * @param {Signature} signature
 * @returns {Parts}
 */
function partsOf(text, { pairs, list, timestamp }) {
  if (pairs) {
    const { separator } = pairs;
    const [sent] = pairs.timestamp ? pairValues(pairs.timestamp, text, separator) : [];
    return { entries: pairValues(pairs.signature, text, separator), timestamp: sent };
  }
  if (!list) return { entries: [text] };
  const entries = text.split(list.separator).map(trimOws).filter(Boolean);
  const sent = timestamp?.at === "list" ? entries.shift() : undefined;
  return { entries, timestamp: sent };
}

/**
 * @param {string} name
 * @param {string} text  t=1492774577,v1=5257a8…,v1=…
 * @param {string} separator
 */
function pairValues(name, text, separator) {
  const start = `${name}=`;
  // A sender can leave out the space after a comma.
  const pairs = text.split(separator.trim() || " ").map(trimOws);
  return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
}

/**
 * Explain what is malformed before the signatures are parsed, or return "".
 * @param {Parts} parts
 * @param {Signature} signature
 */
function partsProblem({ entries, timestamp: sent = "" }, { prefix = "", pairs, list, timestamp }) {
  if (timestamp?.at === "pair" && secondsOf(sent, timestamp.unit) === null) {
    return `it has no timestamp (${pairs?.timestamp}=)`;
  }
  if (timestamp?.at === "list" && sent && secondsOf(sent, timestamp.unit) === null) {
    return "it has no timestamp at its start";
  }
  return pairs || list || hasPrefix(entries[0], prefix) ? "" : noPrefix(prefix);
}

/**
 * @param {string[]} entries
 * @param {Signature} signature
 */
function parsedOf(entries, { kind, prefix = "", encoding = "hex", hash = "SHA-256" }) {
  const texts = entries.slice(0, MAX_SIGNATURES).map((entry) => entry.slice(prefix.length));
  if (!(kind in KEY_PAIRS)) return texts.flatMap((text) => parseHash(text, encoding, hash) ?? []);
  const all = texts.flatMap((text) => decode(text, encoding) ?? []);
  return all.filter(({ length }) => (kind === "ed25519" ? length === ED25519_BYTES : length > 0));
}

/**
 * Explain why there is no signature.
 * @param {Parts} parts
 * @param {Signature} signature
 * @param {Signature[]} others
 */
function noSignature({ entries }, signature, others) {
  const { kind, at, pairs, list, prefix, hash = "SHA-256", encoding = "hex" } = signature;
  if (pairs) return `it has no ${pairs.signature} signature`;
  if (!list || !prefix) {
    const name = KEY_PAIRS[kind] ? `${KEY_PAIRS[kind]} signature` : `a ${hash} hash`;
    return `it does not contain ${name} in ${encoding}`;
  }
  const keyPair = others.find(
    (other) => other.at === at && other.kind in KEY_PAIRS && entries.some(startsWith(other.prefix)),
  );
  if (kind !== "hmac" || !keyPair) return `it has no ${versionIn(prefix)} signature`;
  return `it has only ${versionIn(keyPair.prefix)} signatures, which no shared secret can check`;
}

/** @param {string} [prefix] */
function startsWith(prefix = "") {
  return (/** @type {string} */ entry) => entry.startsWith(prefix);
}

/** "v1" in "v1,". @param {string} [prefix] */
function versionIn(prefix = "") {
  return prefix.replace(/[,=: ]$/, "");
}

/**
 * Return the locations of the values that the signed content needs, besides the whole body.
 * @param {Signature} signature
 */
function neededBy({ signed = "{body}" }) {
  return requiredIn(parseTemplate(signed)).filter((location) => location.includes(":"));
}

/**
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {Uint8Array[]} signatures
 * @param {Parts} parts
 * @returns {Claim | Refusal}
 */
function timedClaim(values, { timestamp }, signatures, parts) {
  const { at, unit } = /** @type {import("./registry.js").Timestamp} */ (timestamp);
  const text = at === "pair" || at === "list" ? parts.timestamp : values.text(at);
  if (!text) return missing(at);
  const seconds = secondsOf(text, unit);
  if (seconds === null) return malformed(at, timestampProblem(unit));
  return { signatures, timestamp: text, seconds };
}
