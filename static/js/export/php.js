/** Export a captured request as PHP that sends the same bytes, with libcurl. Does not use the DOM. */

import { curlDefaults, curlLines } from "./curl-lines.js";
import { bytesLiteral, utf8Literal } from "./literal.js";
import { bodyNotes, hasBody, partsOf } from "./outgoing.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** @param {string} line */
const lineLiteral = (line) => bytesLiteral(line, "$");

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
export function php(request, url) {
  const body = hasBody(request);
  const headers = curlLines(request, curlDefaults(request));
  return [
    "<?php",
    ...bodyNotes(request).map((note) => `// ${note}`),
    ...(body ? [`$body = ${bodyLiteral(request)};`] : []),
    `$curl = curl_init(${utf8Literal(urlOf(url), "$")});`,
    "curl_setopt_array($curl, [",
    ...options(request, url).map((option) => `    ${option},`),
    "    CURLOPT_HTTPHEADER => [",
    ...headers.map((line) => `        ${lineLiteral(line)},`),
    "    ],",
    ...(body ? ["    CURLOPT_POSTFIELDS => $body,"] : []),
    "]);",
    "$response = curl_exec($curl);",
    'echo curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\\n";',
    'echo $response === false ? curl_error($curl) : $response, "\\n";',
    "",
  ].join("\n");
}

/** @param {CapturedRequest} request */
function bodyLiteral({ body: { encoding, content } }) {
  const text = utf8Literal(content, "$");
  return encoding === "utf-8" ? text : `base64_decode(${text})`;
}

/**
 * Return the URL without a path that libcurl would change.
 * @param {string} url
 */
function urlOf(url) {
  const { scheme, authority, path } = partsOf(url);
  return path.includes("#") ? `${scheme}://${authority}` : url;
}

/**
 * @param {CapturedRequest} request
 * @param {string} url
 */
function options(request, url) {
  const { path } = partsOf(url);
  return [
    `CURLOPT_CUSTOMREQUEST => ${utf8Literal(request.method, "$")}`,
    ...(request.method === "HEAD" ? ["CURLOPT_NOBODY => true"] : []),
    ...(path.includes("#") ? [`CURLOPT_REQUEST_TARGET => ${utf8Literal(path, "$")}`] : []),
    "CURLOPT_PATH_AS_IS => true",
    "CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1",
    "CURLOPT_RETURNTRANSFER => true",
  ];
}
