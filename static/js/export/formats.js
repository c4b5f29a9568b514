/** The formats in which a captured request can be copied. Does not use the DOM. */

import { curl } from "./curl.js";
import { httpie } from "./httpie.js";
import { javascript } from "./javascript.js";
import { target } from "./outgoing.js";
import { python } from "./python.js";
import { rawHttp } from "./raw-http.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

const FORMATS = { curl, httpie, python, javascript, raw: rawHttp };

/** @typedef {keyof typeof FORMATS} Format */

/** @type {readonly {value: Format, label: string, keys?: string}[]} */
export const CHOICES = [
  { value: "curl", label: "curl", keys: "c" },
  { value: "httpie", label: "HTTPie" },
  { value: "python", label: "Python" },
  { value: "javascript", label: "JavaScript" },
  { value: "raw", label: "Raw HTTP" },
];

/**
 * Export a request that sends to the callback again. Return bytes if the result is not text.
 * @param {Format} format
 * @param {CapturedRequest} request
 * @param {string} origin
 */
export function exportAs(format, request, origin) {
  return FORMATS[format](request, target(request, origin));
}
