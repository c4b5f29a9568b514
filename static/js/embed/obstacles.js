/** What keeps a page from connecting, of which its browser tells a socket nothing. No DOM in here. */

import { isMixed } from "../browser/mixed.js";

/**
 * Why this page can never connect to the server; "" when it may.
 * @param {string} server
 * @param {string} origin  of the page
 */
export function mixedText(server, origin) {
  if (!isMixed(origin, new URL(server))) return "";
  return `this page came over https, so its browser does not let it connect to ${server}`;
}

/**
 * Why the page's Content-Security-Policy kept it from connecting; "" when it was about another thing.
 * @param {string} server
 * @param {{effectiveDirective: string, blockedURI: string, disposition: string}} violation
 */
export function policyText(server, { effectiveDirective, blockedURI, disposition }) {
  if (effectiveDirective !== "connect-src" || disposition !== "enforce") return "";
  if (hostOf(blockedURI) !== hostOf(server)) return "";
  const { host } = new URL(server);
  return `this page’s Content-Security-Policy does not let it connect to ${host} (connect-src)`;
}

/** @param {string} url */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : "";
}
