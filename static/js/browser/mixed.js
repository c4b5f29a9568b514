/** Check for mixed content (Mixed Content, section 4.4). Does not use the DOM. */

const LOCAL = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Check whether a host name is this computer.
 * @param {string} hostname  from a URL
 */
export function isLocal(hostname) {
  return LOCAL.test(hostname);
}

/**
 * Check whether the browser blocks requests to a URL because the page has https and the URL does not.
 * @param {string} origin  of the page
 * @param {URL} url
 */
export function isMixed(origin, url) {
  return origin.startsWith("https:") && url.protocol === "http:" && !isLocal(url.hostname);
}
