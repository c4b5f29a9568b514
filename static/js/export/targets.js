/** The URLs to which a copied request can be sent. Does not use the DOM. */

import { inAscii, subpathAndQuery } from "../wire/captured.js";
import { target } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */
/** @typedef {{value: string, label: string, url: string}} CopyTarget */

/** The host of a URL, with its port. A sender can write anything into the `Host` header. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i;
const PORT = /^:?(\d+)$/;
const WITHOUT_SCHEME = /^[\w.-]+(:\d{1,5})?([/?]|$)/;

/**
 * Return the targets of a copied request: the callback, the URL that the sender used if it is another
 * one, and the address to forward to if it is valid. A request of a foreign HAR file has no callback.
 * @param {CapturedRequest} request
 * @param {string} origin  of callbacks
 * @param {string} forwardTo  as the user entered it
 * @returns {CopyTarget[]}
 */
export function targetsOf(request, origin, forwardTo) {
  const called = `${request.scheme}://${request.host}`;
  const base = forwardUrl(forwardTo);
  const isElsewhere = called !== origin && HOST.test(request.host);
  const label = request.uuid ? "This callback" : origin;
  const here = { value: "callback", label, url: target(request, origin) };
  const targets = request.uuid || !isElsewhere ? [here] : [];
  if (isElsewhere) targets.push({ value: "sender", label: called, url: target(request, called) });
  if (base) targets.push({ value: "forward", label: base, url: below(request, base) });
  return targets;
}

/**
 * Return the URL of a port or address that a user enters, such as `3000` or `localhost:3000/hooks`,
 * without a slash at the end. Return "" if it is not valid.
 * @param {string} text
 */
export function forwardUrl(text) {
  const trimmed = text.trim();
  const port = trimmed.match(PORT)?.[1];
  const address = port ? `localhost:${port}` : trimmed;
  const full = WITHOUT_SCHEME.test(address) ? `http://${address}` : address;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return "";
  if (url.search || url.hash || !HOST.test(url.host)) return "";
  return url.href.replace(/\/$/, "");
}

/**
 * @param {CapturedRequest} request
 * @param {string} base
 */
function below(request, base) {
  return base + inAscii(subpathAndQuery(request));
}
