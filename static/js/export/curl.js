/** A captured request as a curl command that sends the same bytes again. Does not use the DOM. */

import { bodyNotes, hasBody, partsOf } from "./outgoing.js";
import { bodyInto, command, headerWords, quoted } from "./shell.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Above this, older versions of curl ask first whether the body is wanted. */
const ASKS_FIRST_BYTES = 1024;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function curl(request, url) {
  const { pipe, options } = hasBody(request) ? bodyOptions(request) : { options: [] };
  const first = ["curl", ...methodOptions(request), ...targetOptions(url)].join(" ");
  return command(bodyNotes(request), pipe, [first, ...headerOptions(request), ...options]);
}

/** @param {CapturedRequest} request */
function methodOptions(request) {
  const { method } = request;
  const body = hasBody(request);
  if (method === "HEAD" && !body) return ["--head"];
  if (method === (body ? "POST" : "GET")) return [];
  return ["-X", /^\w+$/.test(method) ? method : quoted(method)];
}

/**
 * The URL, and what keeps curl from putting it right.
 * @param {string} url
 */
function targetOptions(url) {
  const { scheme, authority, path } = partsOf(url);
  const options = scheme === "https" ? ["--http1.1"] : []; // HTTP/2 has small letters in names only
  if (path.includes("#")) {
    return [...options, "--request-target", quoted(path), quoted(`${scheme}://${authority}`)];
  }
  if (/\/(\.|%2e)/i.test(path)) options.push("--path-as-is");
  if (/[[\]{}]/.test(url)) options.push("--globoff");
  return [...options, quoted(url)];
}

/** @param {CapturedRequest} request */
function headerOptions(request) {
  const invented = ["User-Agent", "Accept"];
  if (hasBody(request)) invented.push("Content-Type");
  if (request.body.size > ASKS_FIRST_BYTES) invented.push("Expect");
  return headerWords(request, invented).map((word) => `-H ${word}`);
}

/**
 * Never as `@` and a name, since a body may begin with one.
 * @param {CapturedRequest} request
 */
function bodyOptions({ body }) {
  const { pipe, word } = bodyInto(body);
  return { pipe, options: [pipe ? "--data-binary @-" : `--data-raw ${word}`] };
}
