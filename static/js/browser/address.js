/**
 * Whether providers on the internet can reach an address. Does not use the DOM.
 *
 * @typedef {"local" | "private" | "plain" | ""} Reach
 *   local: only this computer reaches it; private: only its network does; plain: everybody does, but
 *   over plain HTTP; "": over HTTPS
 */

/** Names and addresses of this computer (RFC 6761, RFC 1122, RFC 4291). */
const LOCAL = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Addresses of private networks (RFC 1918, RFC 3927, RFC 4193, RFC 4291), names that only a local
 * network resolves (RFC 6762, RFC 8375, the reserved `internal`), and names without a dot.
 */
const PRIVATE = [
  /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)(?:\.\d+){2,3}$/,
  /^\[f(?:[cd][0-9a-f]|e[89ab])[0-9a-f]:/,
  /\.(?:local|internal|lan|home\.arpa)$/,
  /^[^.:]+$/,
];

/**
 * @param {Pick<URL, "protocol" | "hostname">} address
 * @returns {Reach}
 */
export function reachOf({ protocol, hostname }) {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (LOCAL.test(host)) return "local";
  if (PRIVATE.some((pattern) => pattern.test(host))) return "private";
  return protocol === "http:" ? "plain" : "";
}
