/**
 * Write the signature of an outgoing request as its provider sends it. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Signature} Signature
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 *
 * @typedef {object} Draft  a request that is being signed
 * @property {RequestValues} values
 * @property {Signature} signature
 * @property {string} secret
 * @property {string} provider  its name
 * @property {string} url
 * @property {number} now       milliseconds since 1970
 */

import { toBase64, utf8 } from "../text/encoding.js";
import { base64url, encode, hmac, joined } from "./hashes.js";
import { basicCredentials } from "./shared-token.js";
import { signedContent } from "./signed-content.js";
import { sharedKey } from "./signing-key.js";
import { parseTemplate, requiredIn } from "./template.js";
import { TOKEN_HASHES } from "./token-signature.js";
import { twilioSignature } from "./twilio.js";
import { describe } from "./verdict.js";

/** The request cannot be signed like this. The message is for people. */
export class Unsignable extends Error {}

/** Seconds for which a token is valid. */
const TOKEN_LIFETIME = 300;

/**
 * Whether a signature is made with a shared secret, not with a private key.
 * @param {Signature} signature
 */
export function hasSharedSecret({ kind, algorithms = [] }) {
  if (kind === "jwt") return algorithms.some((algorithm) => algorithm in TOKEN_HASHES);
  return ["hmac", "twilio", "token", "basic"].includes(kind);
}

/**
 * @param {Draft} draft
 * @returns {Promise<string>}
 */
export async function signatureText(draft) {
  const { values, signature, secret, provider, url } = draft;
  const { kind, prefix = "" } = signature;
  const { options = {} } = values.given;
  if (!hasSharedSecret(signature)) {
    throw new Unsignable(`${provider} signs with a private key, so it cannot be signed here.`);
  }
  if (kind === "token") return prefix + secret;
  if (kind === "basic") return `Basic ${toBase64(basicCredentials(options, secret))}`;
  if (kind === "twilio") return twilioSignature(values, signature, secret, options.url || url);
  return kind === "jwt" ? prefix + (await token(draft)) : hmacText(draft);
}

/**
 * Return an HMAC of a content, in its list or among its pairs.
 * @param {Draft} draft
 */
async function hmacText(draft) {
  const { values, signature } = draft;
  const { prefix = "", pairs, list, timestamp, hash = "SHA-256", encoding = "hex" } = signature;
  const mac = await hmac(hash, keyOf(draft), await contentOf(draft));
  const text = prefix + encode(mac, encoding);
  const sent = values.given.timestamp ?? "";
  if (timestamp?.at === "list" && list) return sent + list.separator + text;
  if (!pairs) return text;
  const time = pairs.timestamp ? [`${pairs.timestamp}=${sent}`] : [];
  return [...time, `${pairs.signature}=${text}`].join(pairs.separator);
}

/** @param {Draft} draft */
async function contentOf({ values, signature: { signed = "{body}" }, provider }) {
  const content = await signedContent(signed, values);
  if (content) return content;
  const absent = requiredIn(parseTemplate(signed)).find(
    (each) => values.signed(each) === undefined,
  );
  throw new Unsignable(
    `${provider} signs the ${describe(absent ?? "")}, which this request does not have.`,
  );
}

/** @param {Draft} draft */
function keyOf({ signature, secret, provider }) {
  const key = sharedKey(secret, signature.secret, provider);
  if ("ok" in key) throw new Unsignable(key.text);
  return key;
}

/**
 * Return a token with the claims of the signature.
 * @param {Draft} draft
 */
async function token(draft) {
  const { values, signature, now } = draft;
  const { algorithms = [], claims = {} } = signature;
  const alg = algorithms.find((each) => each in TOKEN_HASHES) ?? "HS256";
  /** @type {Record<string, unknown>} */
  const content = {};
  for (const [claim, template] of Object.entries(claims)) {
    const parts = (await signedContent(template, values)) ?? [];
    content[claim] = new TextDecoder().decode(await joined(parts));
  }
  content.iat = Math.floor(now / 1000);
  content.exp = Math.floor(now / 1000) + TOKEN_LIFETIME;
  const parts = [{ alg, typ: "JWT" }, content].map((part) => base64url(utf8(JSON.stringify(part))));
  const signed = parts.join(".");
  return `${signed}.${base64url(await hmac(TOKEN_HASHES[alg], keyOf(draft), [signed]))}`;
}
