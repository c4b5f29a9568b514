/**
 * Export a captured request as Python that sends the same bytes. It uses http.client, because the
 * package `requests` rewrites URLs and merges header lines. Does not use the DOM.
 */

import { literal } from "./literal.js";
import { bodyNotes, hasBody, outgoingHeaders, partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function python(request, url) {
  const { scheme, authority, path } = partsOf(url);
  const connection = scheme === "https" ? "HTTPSConnection" : "HTTPConnection";
  const body = hasBody(request);
  return [
    ...bodyNotes(request).map((note) => `# ${note}`),
    ...(body ? bodyLines(request) : ["import http.client", ""]),
    `connection = http.client.${connection}(${literal(authority)})`,
    `connection.putrequest(${literal(request.method)}, ${literal(path)}, skip_accept_encoding=True)`,
    ...outgoingHeaders(request).map(
      ([name, value]) => `connection.putheader(${literal(name)}, ${literal(value)})`,
    ),
    ...(body ? ['connection.putheader("Content-Length", str(len(body)))'] : []),
    `connection.endheaders(${body ? "body" : ""})`,
    "",
    "response = connection.getresponse()",
    "print(response.status, response.reason)",
    'print(response.read().decode(errors="replace"))',
    "",
  ].join("\n");
}

/** @param {CapturedRequest} request */
function bodyLines({ body }) {
  const { encoding, content } = body;
  if (encoding === "utf-8") {
    return ["import http.client", "", `body = ${literal(content)}.encode()`, ""];
  }
  return [
    "import base64",
    "import http.client",
    "",
    `body = base64.b64decode(${literal(content)})`,
    "",
  ];
}
