/** Export a captured request as Go, with notes on the limits of net/http. Does not use the DOM. */

import { bytesLiteral, utf8Literal } from "./literal.js";
import { bodyNotes, hasBody, outgoingHeaders, partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** URLs that url.Parse does not change. */
const PLAIN_PATH =
  /^\/(?!\/)(?:[\w\-.~$&+,/:;=@]|%[\dA-F]{2})*(?:\?(?:[\w\-.~$&+,/:;=@?]|%[\dA-F]{2})*)?$/;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function go(request, url) {
  const lines = program(request, url);
  return [
    "package main",
    "",
    "import (",
    ...packages(request, url).map((name) => `\t"${name}"`),
    ")",
    "",
    ...notes(request, url).map((note) => `// ${note}`),
    "func main() {",
    ...lines.map((line) => line && `\t${line}`),
    "}",
    "",
  ].join("\n");
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function packages(request, url) {
  const { encoding } = request.body;
  return [
    ...(hasBody(request) && encoding === "base64" ? ["bytes"] : []),
    ...(isSecure(url) ? ["crypto/tls"] : []),
    ...(hasBody(request) && encoding === "base64" ? ["encoding/base64"] : []),
    "fmt",
    "io",
    "net/http",
    ...(hasBody(request) && encoding === "utf-8" ? ["strings"] : []),
  ];
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function program(request, url) {
  const { scheme, authority, path } = partsOf(url);
  const isPlain = PLAIN_PATH.test(path);
  const parsed = isPlain ? url : `${scheme}://${authority}/`;
  const body = hasBody(request) ? readerOf(request) : "nil";
  const options = isSecure(url)
    ? "DisableCompression: true, TLSClientConfig: &tls.Config{}" // with its own configuration, it sends HTTP/1.1
    : "DisableCompression: true";
  return [
    ...bodyLines(request),
    `request, err := http.NewRequest(${utf8Literal(request.method)}, ${utf8Literal(parsed)}, ${body})`,
    ...FAILED,
    ...(isPlain ? [] : [`request.URL.Opaque = ${utf8Literal(path)}`]),
    "request.Header = http.Header{",
    ...headerLines(request).map((line) => `\t${line}`),
    "}",
    `transport := &http.Transport{${options}}`,
    "response, err := transport.RoundTrip(request)",
    ...FAILED,
    "defer response.Body.Close()",
    "content, err := io.ReadAll(response.Body)",
    ...FAILED,
    "fmt.Println(response.Status)",
    "fmt.Println(string(content))",
  ];
}

const FAILED = ["if err != nil {", "\tpanic(err)", "}"];

/** @param {CapturedRequest} request */
function bodyLines(request) {
  if (!hasBody(request)) return [];
  const { encoding, content } = request.body;
  if (encoding === "utf-8") return [`body := ${utf8Literal(content)}`];
  return [`body, err := base64.StdEncoding.DecodeString(${utf8Literal(content)})`, ...FAILED];
}

/** @param {CapturedRequest} request */
function readerOf({ body: { encoding } }) {
  return encoding === "utf-8" ? "strings.NewReader(body)" : "bytes.NewReader(body)";
}

/** Return the entries of the map. An empty User-Agent removes Go's own. @param {CapturedRequest} request */
function headerLines(request) {
  const values = new Map(/** @type {[string, string[]][]} */ ([]));
  for (const [name, value] of outgoingHeaders(request)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  if (!values.has("User-Agent")) values.set("User-Agent", [""]);
  return [...values].map(
    ([name, each]) =>
      `${utf8Literal(name)}: {${each.map((value) => bytesLiteral(value)).join(", ")}},`,
  );
}

/** @param {string} url */
function isSecure(url) {
  return url.startsWith("https:");
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function notes(request, url) {
  const names = outgoingHeaders(request).map(([name]) => name);
  const sorted = [...names].sort();
  const { path } = partsOf(url);
  return [
    ...bodyNotes(request),
    names.some((name, at) => name !== sorted[at]) ? "Go sorts header lines by their names." : "",
    outgoingHeaders(request).some(([name, value]) => name === "User-Agent" && !value)
      ? "Go does not send an empty User-Agent."
      : "",
    path.startsWith("//")
      ? "Go sends the whole URL in the request line for a path with two slashes."
      : "",
  ].filter(Boolean);
}
