/** Reasons why a page can't connect that a socket does not report. Uses no DOM. */

import { isMixed } from "../browser/mixed.js";

/**
 * Return why mixed content keeps the page from connecting to the server, or "".
 * @param {string} server
 * @param {string} origin  of the page
 */
export function mixedText(server, origin) {
  if (!isMixed(origin, new URL(server))) return "";
  return `this page was loaded over https, so the browser blocks connections to ${server}`;
}

/**
 * Return why the page's Content-Security-Policy keeps it from connecting, or "" if the violation
 * does not concern the server.
 * @param {string} server
 * @param {{effectiveDirective: string, blockedURI: string, disposition: string}} violation
 */
export function policyText(server, { effectiveDirective, blockedURI, disposition }) {
  if (effectiveDirective !== "connect-src" || disposition !== "enforce") return "";
  if (hostOf(blockedURI) !== hostOf(server)) return "";
  const { host } = new URL(server);
  return `this page’s Content-Security-Policy (connect-src) blocks connections to ${host}`;
}

/** @param {string} url */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : "";
}
