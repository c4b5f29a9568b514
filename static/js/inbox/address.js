/**
 * The callback of an inbox: from the URL of a server, of a callback or of its page.
 *
 * @typedef {import("../wire/contract.js").StreamPosition} StreamPosition
 */

import { basicOf, withoutSecrets } from "../wire/credentials.js";
import { isPrivate } from "../wire/private.js";
import { parseCallbackUrl } from "../wire/stream.js";
import { Invalid } from "./errors.js";

const PORT = /^:?(\d{1,5})([/?#].*)?$/s;
const UUID = /^\/(?:.*\/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|$)/i;
const UUID_LIKE = /^[0-9a-z-]{30,44}$/i;
const HASHED_BEFORE_KEY = "webhook-logger view key:";
const KEY_BYTES = 16;

const NO_KEY =
  "This callback is private, and the URL does not contain its view key. Use the link for people who " +
  "may watch: it ends with #key= and the view key. The URL for senders is not enough.";
const NO_SHA256 =
  "A page on plain http can't create a private callback, because browsers have no SHA-256 there. " +
  "Use https, or give the link of an existing callback.";
const NO_URL =
  'Give the URL of a server, as in Inbox.open("http://127.0.0.1:8000"), or set WEBHOOK_LOGGER_URL ' +
  "in the environment.";

/**
 * Return the callback that a URL names. The URL of a server gets a new private callback.
 * @param {string} url  `3000` and `localhost:3000` mean `http://localhost:3000`
 * @returns {Promise<StreamPosition>}
 * @throws {Invalid}
 */
export async function addressOf(url) {
  const whole = absolute(url.trim());
  const parsed = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new Invalid(`${JSON.stringify(withoutSecrets(url))} is not the URL of a server.`);
  }
  if (UUID.test(parsed.pathname)) return checked(parseCallbackUrl(whole));
  const last = parsed.pathname.split("/").findLast(Boolean) ?? "";
  if (UUID_LIKE.test(last) && /\d/.test(last)) {
    throw new Invalid(`The UUID in ${JSON.stringify(withoutSecrets(url))} is mistyped.`);
  }
  const authorization = basicOf(parsed);
  return {
    server: parsed.origin + parsed.pathname.replace(/\/+$/, ""),
    ...(await newPrivateCallback()),
    ...(authorization && { authorization }),
  };
}

/**
 * Return the URL and the headers for the server in the environment of a Node process.
 * @returns {{url: string, headers: Record<string, string>}}
 * @throws {Invalid} if there is no URL, or a line is not a header
 */
export function fromEnvironment() {
  const { WEBHOOK_LOGGER_URL: url, WEBHOOK_LOGGER_HEADERS: lines = "" } =
    globalThis.process?.env ?? {};
  if (!url) throw new Invalid(NO_URL);
  /** @type {Record<string, string>} */
  const headers = {};
  for (const line of lines.split("\n").filter((each) => each.trim())) {
    const colon = line.indexOf(":");
    if (colon < 1) {
      throw new Invalid("Each line of WEBHOOK_LOGGER_HEADERS must have the form 'Name: value'.");
    }
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return { url, headers };
}

/** @param {string} url */
function absolute(url) {
  const [, port, rest = ""] = PORT.exec(url) ?? [];
  if (port) return `http://localhost:${port}${rest}`;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

/** @param {StreamPosition} position */
function checked(position) {
  if (!isPrivate(position.uuid)) return position;
  if (!position.key) throw new Invalid(NO_KEY, "private");
  return position;
}

/** Return a random view key and its UUID, which is a hash of the key (docs/protocol.md). */
async function newPrivateCallback() {
  if (!globalThis.crypto?.subtle) throw new Invalid(NO_SHA256);
  const random = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const key = btoa(String.fromCharCode(...random))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return { uuid: await uuidOfKey(key), key };
}

/** @param {string} key */
export async function uuidOfKey(key) {
  const hashed = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(HASHED_BEFORE_KEY + key),
  );
  const bytes = new Uint8Array(hashed, 0, 16);
  bytes[6] = 0x80 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
