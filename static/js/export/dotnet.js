/** Export a captured request for .NET, as C# or PowerShell, with notes on the limits of HttpClient. Does not use the DOM. */

import { bytesOf } from "../body/body.js";
import { asciiLiteral } from "./literal.js";
import { bodyNotes, hasBody, joinedNote, outgoingHeaders, partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Headers that HttpClient sends as part of the content, after all others. */
const OF_CONTENT =
  /^(allow|content-(disposition|encoding|language|location|md5|range|type)|expires|last-modified)$/i;
/** Paths that System.Uri does not change. */
const PLAIN_PATH = /^(?!.*\/\.)[\w\-.~/]*(\?[\w\-.~/&=+,;:@$!*()]*)?$/;
const USUAL_METHODS = /^(delete|get|head|options|patch|post|put|trace)$/i;
const OUTSIDE_ASCII = /[^\t -~]/;

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function csharp(request, url) {
  const hasContent = needsContent(request);
  return [
    ...csharpNotes(request).map((note) => `// ${note}`),
    "using System;",
    "using System.Net.Http;",
    "using System.Text;",
    "",
    ...(hasContent ? [`var body = ${csharpBody(request)};`] : []),
    "using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };",
    ...(hasLatin(request)
      ? ["handler.RequestHeaderEncodingSelector = (name, request) => Encoding.Latin1;"]
      : []),
    "using var client = new HttpClient(handler);",
    `using var request = new HttpRequestMessage(new HttpMethod(${asciiLiteral(request.method)}), ${csharpUrl(url)});`,
    ...(hasContent ? ["request.Content = new ByteArrayContent(body);"] : []),
    ...outgoingHeaders(request).map(
      ([name, value]) =>
        `${placeOf(name)}.TryAddWithoutValidation(${asciiLiteral(name)}, ${asciiLiteral(value)});`,
    ),
    "",
    "using var response = await client.SendAsync(request);",
    "Console.WriteLine((int)response.StatusCode);",
    "Console.WriteLine(await response.Content.ReadAsStringAsync());",
    "",
  ].join("\n");
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function powershell(request, url) {
  const hasContent = needsContent(request);
  return [
    ...powershellNotes(request, url).map((note) => `# ${note}`),
    "Add-Type -AssemblyName System.Net.Http",
    `$method = [System.Net.Http.HttpMethod]::new(${powershellLiteral(request.method)})`,
    `$request = [System.Net.Http.HttpRequestMessage]::new($method, ${powershellLiteral(url)})`,
    ...(hasContent
      ? [
          `$body = ${powershellBody(request)}`,
          "$request.Content = [System.Net.Http.ByteArrayContent]::new([byte[]]$body)",
        ]
      : []),
    ...outgoingHeaders(request)
      .filter(([, value]) => !OUTSIDE_ASCII.test(value))
      .map(
        ([name, value]) =>
          `[void]$${placeOf(name)}.TryAddWithoutValidation(${powershellLiteral(name)}, [string]${powershellLiteral(value)})`,
      ),
    "$handler = [System.Net.Http.HttpClientHandler]::new()",
    "$handler.AllowAutoRedirect = $false",
    "$handler.UseCookies = $false",
    "$client = [System.Net.Http.HttpClient]::new($handler)",
    "$response = $client.SendAsync($request).GetAwaiter().GetResult()",
    "[int]$response.StatusCode",
    "$response.Content.ReadAsStringAsync().GetAwaiter().GetResult()",
    "",
  ].join("\n");
}

/** @param {string} name  of a header */
function placeOf(name) {
  return OF_CONTENT.test(name) ? "request.Content.Headers" : "request.Headers";
}

/** @param {CapturedRequest} request */
function needsContent(request) {
  return hasBody(request) || outgoingHeaders(request).some(([name]) => OF_CONTENT.test(name));
}

/** @param {CapturedRequest} request */
function csharpBody({ body: { encoding, content } }) {
  const text = asciiLiteral(content);
  return encoding === "utf-8"
    ? `Encoding.UTF8.GetBytes(${text})`
    : `Convert.FromBase64String(${text})`;
}

/** @param {string} url */
function csharpUrl(url) {
  if (PLAIN_PATH.test(partsOf(url).path)) return asciiLiteral(url);
  const options = "new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }";
  return `new Uri(${asciiLiteral(url)}, ${options})`;
}

/** @param {CapturedRequest} request */
function hasLatin(request) {
  return outgoingHeaders(request).some(([, value]) => OUTSIDE_ASCII.test(value));
}

/**
 * Write text with single quotes, where only a quote is special. Other text than printable ASCII gets
 * double quotes and escapes: PowerShell takes curly quotes for quotes, too.
 * @param {string} text
 */
function powershellLiteral(text) {
  if (/^[ -~]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const written = text.replace(/[`$"]|[^ -~]/g, (unit) => {
    if (/[`$"]/.test(unit)) return `\`${unit}`;
    return POWERSHELL_ESCAPES[unit] ?? `$([char]${unit.charCodeAt(0)})`;
  });
  return `"${written}"`;
}

/** @type {Readonly<Record<string, string>>} */
const POWERSHELL_ESCAPES = { "\t": "`t", "\r": "`r", "\n": "`n" };

/** @param {CapturedRequest} request */
function powershellBody({ body }) {
  const { encoding, content } = body;
  if (encoding === "utf-8" && /^[\t\r\n -~]*$/.test(content)) {
    return `[Text.Encoding]::ASCII.GetBytes(${powershellLiteral(content)})`;
  }
  const base64 = encoding === "base64" ? content : toBase64(bytesOf(body));
  return `[Convert]::FromBase64String(${powershellLiteral(base64)})`;
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** @param {CapturedRequest} request */
function csharpNotes(request) {
  return [...notes(request), hasLatin(request) ? "This needs .NET 5 or newer." : ""].filter(
    Boolean,
  );
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function powershellNotes(request, url) {
  return [
    ...notes(request),
    PLAIN_PATH.test(partsOf(url).path) ? "" : "System.Uri may rewrite this URL.",
    hasLatin(request)
      ? "PowerShell cannot send the exact bytes of some header lines. They are left out."
      : "",
  ].filter(Boolean);
}

/** @param {CapturedRequest} request */
function notes(request) {
  const { method } = request;
  const headers = outgoingHeaders(request);
  const atEnd = headers.findIndex(([name]) => OF_CONTENT.test(name));
  const isReordered = atEnd >= 0 && headers.slice(atEnd).some(([name]) => !OF_CONTENT.test(name));
  return [
    ...bodyNotes(request),
    isReordered ? "HttpClient sends the header lines of the content last." : "",
    headers.some(([name]) => name !== capitalized(name))
      ? "HttpClient writes the names of some header lines in its own case."
      : "",
    headers.some(([, value]) => !value) ? "HttpClient leaves out some empty header lines." : "",
    joinedNote(request, "HttpClient"),
    USUAL_METHODS.test(method) && method !== method.toUpperCase()
      ? "HttpClient may send the method in upper case."
      : "",
  ].filter(Boolean);
}

/** @param {string} name */
function capitalized(name) {
  return name.replace(/[^-]+/g, (part) => part[0].toUpperCase() + part.slice(1).toLowerCase());
}
