/** Export a captured request as a curl command that sends the same bytes. Does not use the DOM. */

import { curlDefaults } from "./curl-lines.js";
import { bodyNotes, hasBody, partsOf } from "./outgoing.js";
import { bodyInto, command, headerWords, quoted } from "./shell.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

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
 * Return the URL, with the options that stop curl from changing it.
 * @param {string} url
 */
function targetOptions(url) {
  const { scheme, authority, path } = partsOf(url);
  const options = scheme === "https" ? ["--http1.1"] : []; // HTTP/2 has only lower-case names
  if (path.includes("#")) {
    return [...options, "--request-target", quoted(path), quoted(`${scheme}://${authority}`)];
  }
  if (/\/(\.|%2e)/i.test(path)) options.push("--path-as-is");
  if (/[[\]{}]/.test(url)) options.push("--globoff");
  return [...options, quoted(url)];
}

/** @param {CapturedRequest} request */
function headerOptions(request) {
  return headerWords(request, curlDefaults(request)).map((word) => `-H ${word}`);
}

/**
 * Return the options for a body. They never read a file: a body may begin with `@`.
 * @param {CapturedRequest} request
 */
function bodyOptions({ body }) {
  const { pipe, word } = bodyInto(body);
  return { pipe, options: [pipe ? "--data-binary @-" : `--data-raw ${word}`] };
}
