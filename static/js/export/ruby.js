/** Export a captured request as Ruby, with notes on the limits of Net::HTTP. Does not use the DOM. */

import { bytesLiteral, utf8Literal } from "./literal.js";
import { bodyNotes, hasBody, hasHeader, joinedNote, outgoingHeaders, partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** The headers that Net::HTTP adds. */
const DEFAULTS = ["accept", "accept-encoding", "user-agent"];

/** @param {string} text */
const literal = (text) => bytesLiteral(text, "#");

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function ruby(request, url) {
  const { scheme, authority, path } = partsOf(url);
  const { hostname, port } = new URL(`${scheme}://${authority}`);
  const { method } = request;
  const body = hasBody(request);
  const defaultPort = scheme === "https" ? "443" : "80";
  return [
    ...notes(request).map((note) => `# ${note}`),
    'require "net/http"',
    "",
    `http = Net::HTTP.new(${literal(hostname.replace(/^\[|\]$/g, ""))}, ${port || defaultPort})`,
    ...(scheme === "https" ? ["http.use_ssl = true"] : []),
    `request = Net::HTTPGenericRequest.new(${literal(method)}, ${body}, ${method !== "HEAD"}, ${literal(path)})`,
    `${JSON.stringify(DEFAULTS)}.each { |name| request.delete(name) }`,
    ...outgoingHeaders(request).map(
      ([name, value]) => `request.add_field(${literal(name)}, ${literal(value)})`,
    ),
    ...(body ? [`request.body = ${bodyLiteral(request)}`] : []),
    "",
    "response = http.request(request)",
    "puts response.code, response.body",
    "",
  ].join("\n");
}

/** @param {CapturedRequest} request */
function bodyLiteral({ body: { encoding, content } }) {
  const text = utf8Literal(content, "#");
  return encoding === "utf-8" ? text : `${text}.unpack1("m")`;
}

/** @param {CapturedRequest} request */
function notes(request) {
  const names = outgoingHeaders(request).map(([name]) => name);
  return [
    ...bodyNotes(request),
    names.some((name) => name !== capitalized(name))
      ? "Net::HTTP writes the names of header lines as X-Name."
      : "",
    joinedNote(request, "Net::HTTP"),
    hasBody(request) && !hasHeader(request, "content-type")
      ? "Net::HTTP up to Ruby 3.4 adds a Content-Type."
      : "",
  ].filter(Boolean);
}

/** @param {string} name */
function capitalized(name) {
  return name.replace(/[^-]+/g, (part) => part[0].toUpperCase() + part.slice(1).toLowerCase());
}
