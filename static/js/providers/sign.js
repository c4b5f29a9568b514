/**
 * Sign a request as its provider does, with a shared secret. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Provider} Provider
 * @typedef {import("./registry.js").Signature} Signature
 *
 * @typedef {object} OutgoingRequest
 * @property {string} method
 * @property {string} url
 * @property {[name: string, value: string][]} headers  values are Latin-1, as in a captured request
 * @property {string} body
 */

import { utf8 } from "../text/encoding.js";
import { pairsOf } from "./form-pairs.js";
import { canHash } from "./hashes.js";
import { RequestValues } from "./request-values.js";
import { filledSample } from "./sample-text.js";
import { needsHash, optionsOf, signaturesToMake } from "./signature-choice.js";
import { hasSharedSecret, signatureText, Unsignable } from "./signature-text.js";
import { timestampText } from "./signing-time.js";
import { describe } from "./verdict.js";

const NO_CRYPTOGRAPHY =
  "This page can’t sign requests: browsers allow cryptography only on https and localhost. " +
  "Clear the secret to send the request unsigned.";

/**
 * Whether the page can sign a request as a provider does.
 * @param {Provider} provider
 * @param {OutgoingRequest} outgoing
 */
export function canSign(provider, outgoing) {
  return signaturesToMake(provider, outgoingValues(outgoing)).some(hasSharedSecret);
}

/**
 * Return the request with its signature.
 * @param {OutgoingRequest} outgoing
 * @param {Provider} provider
 * @param {Record<string, string>} fields  `secret`, and the options of the signature
 * @param {number} [now]  milliseconds since 1970
 * @returns {Promise<OutgoingRequest>}
 * @throws {Unsignable}
 */
export async function sign(outgoing, provider, { secret, ...options }, now = Date.now()) {
  const signature = chosen(provider, outgoing, secret);
  if (!canHash() && needsHash(signature)) throw new Unsignable(NO_CRYPTOGRAPHY);
  const prepared = prepare(outgoing, signature, now);
  const values = outgoingValues(prepared);
  values.given.timestamp = sentTime(values, signature, now);
  values.given.options = optionsOf(signature, values, options);
  const { url } = outgoing;
  const text = await signatureText({
    values,
    signature,
    secret,
    provider: provider.name,
    url,
    now,
  });
  return place(prepared, signature.at, text, provider.name);
}

/**
 * Return the signature that the secret is for: the first one that fits.
 * @param {Provider} provider
 * @param {OutgoingRequest} outgoing
 * @param {string} entered
 */
function chosen(provider, outgoing, entered) {
  const signatures = signaturesToMake(provider, outgoingValues(outgoing));
  const own = signatures.find(({ secret }) => secret.only && entered.startsWith(secret.only));
  const found = own ?? signatures.find(({ secret }) => !secret.only);
  if (found) return found;
  const { name, notes = "" } = provider;
  const start = signatures[0]?.secret.only;
  const text = start
    ? `The secret of ${name} starts with ${start}. Enter it whole.`
    : `${name} does not sign requests${provider.signatures ? " like this one" : ""}. ${notes}`;
  throw new Unsignable(text.trim());
}

/**
 * Read the values of a request to send.
 * @param {OutgoingRequest} outgoing
 */
export function outgoingValues({ method, url, headers, body }) {
  const { protocol, host, pathname, search } = new URL(url);
  return new RequestValues({
    ...{ method, headers, scheme: protocol.slice(0, -1), host, path: pathname, subpath: "" },
    query_string: search.slice(1),
    body: { size: utf8(body).length, encoding: "utf-8", content: body, complete: true },
    received_at: "",
  });
}

/**
 * Return the request with the headers and the timestamp that are signed. Header lines that it already has
 * stay. A timestamp in its body is replaced.
 * @param {OutgoingRequest} outgoing
 * @param {Signature} signature
 * @param {number} now
 */
function prepare(outgoing, { adds = {}, timestamp }, now) {
  /** @type {[string, string][]} */
  const added = Object.entries(adds).map(([name, text]) => [name, filledSample(text, now)]);
  const [, kind, name] = /^(header|json):(.*)$/.exec(timestamp?.at ?? "") ?? [];
  const time = timestampText(timestamp?.unit ?? "seconds", now);
  if (kind === "header") added.push([name, time]);
  const body = kind === "json" ? withJson(outgoing.body, name, time) : outgoing.body;
  const present = new Set(outgoing.headers.map(([each]) => each.toLowerCase()));
  const lines = added.filter(([each]) => !present.has(each.toLowerCase()));
  return { ...outgoing, headers: [...outgoing.headers, ...lines], body };
}

/**
 * Return the timestamp that is signed.
 * @param {RequestValues} values
 * @param {Signature} signature
 * @param {number} now
 */
function sentTime(values, { timestamp }, now) {
  if (!timestamp || timestamp.at.startsWith("claim:")) return;
  if (timestamp.at === "pair" || timestamp.at === "list") return timestampText(timestamp.unit, now);
  const found = values.text(timestamp.at);
  if (found) return found;
  const place = describe(timestamp.at);
  throw new Unsignable(`The request needs a timestamp: it has no ${place}.`);
}

/**
 * Put the signature where the provider has it.
 * @param {OutgoingRequest} outgoing
 * @param {string} at
 * @param {string} text
 * @param {string} provider  its name
 * @returns {OutgoingRequest}
 */
function place(outgoing, at, text, provider) {
  const { headers, body } = outgoing;
  const name = at.slice(at.indexOf(":") + 1);
  switch (at.slice(0, at.indexOf(":"))) {
    case "header": {
      const rest = headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
      return { ...outgoing, headers: [...rest, [name, latin1(text)]] };
    }
    case "json":
      return { ...outgoing, body: withJson(body, name, text) };
    case "form": {
      const fields = new URLSearchParams(pairsOf(body));
      fields.set(name, text);
      return { ...outgoing, body: fields.toString() };
    }
    default:
      throw new Unsignable(`${provider} has its signature in the ${describe(at)}.`);
  }
}

/** The bytes of a text in UTF-8, as Latin-1. @param {string} text */
function latin1(text) {
  return Array.from(utf8(text), (byte) => String.fromCharCode(byte)).join("");
}

/**
 * Return a JSON body with a text at a pointer, whose parent exists.
 * @param {string} body
 * @param {string} pointer
 * @param {string} text
 */
function withJson(body, pointer, text) {
  const tokens = pointer.split("/").slice(1);
  const [last, ...parents] = tokens
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reverse();
  try {
    const document = JSON.parse(body);
    const parent = parents.reverse().reduce((value, token) => value[token], document);
    parent[last] = text;
    return JSON.stringify(document);
  } catch {
    throw new Unsignable(`The body has no place for the ${describe(`json:${pointer}`)}.`);
  }
}
