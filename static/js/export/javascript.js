/** A captured request as JavaScript, with a word on what fetch() can't do. Does not use the DOM. */

import { literal } from "./literal.js";
import { bodyNotes, hasBody, outgoingHeaders } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function javascript(request, url) {
  return [
    ...notes(request, url).map((note) => `// ${note}`),
    `const response = await fetch(${literal(url)}, {`,
    `  method: ${literal(request.method)},`,
    ...headerLines(request),
    ...(sendsBody(request) ? [`  body: ${bodyExpression(request)},`] : []),
    "});",
    "console.log(response.status, await response.text());",
    "",
  ].join("\n");
}

/** @param {CapturedRequest} request */
function headerLines(request) {
  const pairs = outgoingHeaders(request).map(
    ([name, value]) => `    [${literal(name)}, ${literal(value)}],`,
  );
  return pairs.length > 0 ? ["  headers: [", ...pairs, "  ],"] : [];
}

/** Bytes also where it is text: with text, fetch() invents a Content-Type. @param {CapturedRequest} request */
function bodyExpression({ body }) {
  const text = literal(body.content);
  if (body.encoding === "utf-8") return `new TextEncoder().encode(${text})`;
  return `Uint8Array.from(atob(${text}), (character) => character.charCodeAt(0))`;
}

/** @param {CapturedRequest} request */
function sendsBody(request) {
  return hasBody(request) && !takesNoBody(request);
}

/** @param {CapturedRequest} request */
function takesNoBody({ method }) {
  return /^(GET|HEAD)$/i.test(method);
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function notes(request, url) {
  const notes = bodyNotes(request);
  const { method } = request;
  if (/^(CONNECT|TRACE|TRACK)$/i.test(method)) notes.push(`fetch() refuses the method ${method}.`);
  if (takesNoBody(request) && hasBody(request)) notes.push(`fetch() sends no body with ${method}.`);
  if (new URL(url).href !== url) notes.push("fetch() writes this URL in another way.");
  return notes;
}
