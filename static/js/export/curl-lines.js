/** The header lines in the syntax of curl, libcurl and HTTPie. Does not use the DOM. */

import { hasBody, hasHeader, outgoingHeaders } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** For larger bodies, older versions of curl send Expect: 100-continue. */
const EXPECT_BYTES = 1024;

/**
 * Return the headers that curl adds to a request by itself.
 * @param {CapturedRequest} request
 */
export function curlDefaults(request) {
  const defaults = ["User-Agent", "Accept"];
  if (hasBody(request)) defaults.push("Content-Type");
  if (request.body.size > EXPECT_BYTES) defaults.push("Expect");
  return defaults;
}

/**
 * Return the header lines: `Name: value`, `Name;` for an empty value, and `Name:` to remove a default
 * header.
 * @param {CapturedRequest} request
 * @param {string[]} defaults  headers that the tool adds by itself
 */
export function curlLines(request, defaults) {
  const lines = outgoingHeaders(request).map(([name, value]) =>
    value ? `${name}: ${value}` : `${name};`,
  );
  const unwanted = defaults.filter((name) => !hasHeader(request, name.toLowerCase()));
  return [...lines, ...unwanted.map((name) => `${name}:`)];
}
