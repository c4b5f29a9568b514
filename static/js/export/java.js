/** Export a captured request as Java, with notes on the limits of java.net.http. Does not use the DOM. */

import { asciiLiteral } from "./literal.js";
import { bodyNotes, hasBody, hasHeader, outgoingHeaders } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** A constant has at most 65,535 bytes; a character has at most three. */
const MAX_CONSTANT = 20_000;
/** URLs that java.net.URI accepts. */
const JAVA_URL =
  /^https?:\/\/[\w.\-:[\]]+\/(?:[\w\-.!~'()*,;:$&+=@/]|%[\da-f]{2})*(?:\?(?:[\w\-.!~'()*,;:$&+=@/?[\]]|%[\da-f]{2})*)?$/i;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function java(request, url) {
  const body = hasBody(request);
  const publisher = body
    ? "HttpRequest.BodyPublishers.ofByteArray(body)"
    : "HttpRequest.BodyPublishers.noBody()";
  return [
    "import java.net.URI;",
    "import java.net.http.HttpClient;",
    "import java.net.http.HttpRequest;",
    "import java.net.http.HttpResponse;",
    ...(body ? [importOf(request)] : []),
    "",
    ...notes(request, url).map((note) => `// ${note}`),
    "public class Send {",
    "    public static void main(String[] arguments) throws Exception {",
    ...(body ? [`        byte[] body = ${bodyExpression(request)};`] : []),
    `        HttpRequest request = HttpRequest.newBuilder(URI.create(${asciiLiteral(url)}))`,
    "            .version(HttpClient.Version.HTTP_1_1)",
    `            .method(${asciiLiteral(request.method)}, ${publisher})`,
    ...headerLines(request).map((line) => `            ${line}`),
    "            .build();",
    "        HttpResponse<String> response = HttpClient.newHttpClient()",
    "            .send(request, HttpResponse.BodyHandlers.ofString());",
    "        System.out.println(response.statusCode());",
    "        System.out.println(response.body());",
    "    }",
    "}",
    "",
  ].join("\n");
}

/** @param {CapturedRequest} request */
function importOf({ body }) {
  return body.encoding === "utf-8"
    ? "import java.nio.charset.StandardCharsets;"
    : "import java.util.Base64;";
}

/** @param {CapturedRequest} request */
function bodyExpression({ body: { encoding, content } }) {
  const text = longLiteral(content);
  if (encoding === "utf-8") return `${text}.getBytes(StandardCharsets.UTF_8)`;
  return `Base64.getDecoder().decode(${text})`;
}

/** @param {string} text */
function longLiteral(text) {
  if (text.length <= MAX_CONSTANT) return asciiLiteral(text);
  const parts = [];
  for (let at = 0; at < text.length; at += MAX_CONSTANT)
    parts.push(text.slice(at, at + MAX_CONSTANT));
  return `String.join("", ${parts.map(asciiLiteral).join(", ")})`;
}

/** @param {CapturedRequest} request */
function headerLines(request) {
  return outgoingHeaders(request)
    .filter(canSend)
    .map(([name, value]) => `.header(${asciiLiteral(name)}, ${asciiLiteral(value)})`);
}

/** @param {import("../wire/contract.js").HeaderLine} line */
function canSend([, value]) {
  return /^[\t -~]*$/.test(value);
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function notes(request, url) {
  const headers = outgoingHeaders(request);
  const names = headers.map(([name]) => name);
  const sorted = [...names].sort((one, other) => compare(one.toLowerCase(), other.toLowerCase()));
  return [
    ...bodyNotes(request),
    JAVA_URL.test(url) ? "" : "java.net.URI refuses this URL.",
    request.method === "CONNECT" ? "java.net.http refuses the method CONNECT." : "",
    names.some((name, at) => name !== sorted[at])
      ? "java.net.http sorts header lines by their names."
      : "",
    new Set(names.map((name) => name.toLowerCase())).size < new Set(names).size
      ? "java.net.http writes names that differ only in their case in the same way."
      : "",
    hasHeader(request, "user-agent") ? "" : "java.net.http adds a User-Agent.",
    headers.every(canSend)
      ? ""
      : "java.net.http cannot send the exact bytes of some header lines. They are left out.",
  ].filter(Boolean);
}

/**
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  return Number(one > other) - Number(one < other);
}
