/** Export a captured request as JavaScript, with notes on the limits of fetch(). Does not use the DOM. */

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

/** Return bytes even for text: for text, fetch() adds a Content-Type. @param {CapturedRequest} request */
function bodyExpression({ body }) {
  const text = literal(body.content);
  if (body.encoding === "utf-8") return `new TextEncoder().encode(${text})`;
  return `Uint8Array.from(atob(${text}), (character) => character.charCodeAt(0))`;
}

/** @param {CapturedRequest} request */
function sendsBody(request) {
  return hasBody(request) && !forbidsBody(request);
}

/** @param {CapturedRequest} request */
function forbidsBody({ method }) {
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
  if (forbidsBody(request) && hasBody(request)) notes.push(`fetch() sends no body with ${method}.`);
  if (new URL(url).href !== url) notes.push("fetch() rewrites this URL.");
  return notes;
}
