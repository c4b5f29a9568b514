/** Requests from the documentation of a provider, to send as a test. Does not use the DOM. */

import { FORM_TYPE } from "./form-pairs.js";
import { loadSamples } from "./registry.js";
import { filledSample } from "./sample-text.js";

/**
 * @typedef {import("./registry.js").Sample} Sample
 * @typedef {import("./sign.js").OutgoingRequest & {event: string}} SampleRequest  event: may be ""
 * @typedef {(text: string) => string} Fill
 */

/**
 * Return the samples of a provider as requests to a URL, with new ids and the current time.
 * @param {string} provider  its id
 * @param {string} url
 * @param {number} [now]  milliseconds since 1970
 * @returns {Promise<SampleRequest[]>}
 */
export async function samplesOf(provider, url, now = Date.now()) {
  const samples = (await loadSamples())[provider] ?? [];
  return samples.map((sample) => outgoingOf(sample, url, (text) => filledSample(text, now)));
}

/**
 * @param {Sample} sample
 * @param {string} url
 * @param {Fill} fill
 * @returns {SampleRequest}
 */
function outgoingOf(sample, url, fill) {
  const { event = "", method = "POST", headers = {} } = sample;
  const { body, type } = bodyOf(sample, fill);
  /** @type {[string, string][]} */
  const lines = Object.entries(headers).map(([name, text]) => [name, fill(text)]);
  if (type && !lines.some(([name]) => name.toLowerCase() === "content-type")) {
    lines.unshift(["Content-Type", type]);
  }
  const query = fill(sample.query ?? "");
  const separator = url.includes("?") ? "&" : "?";
  return { event, method, url: query ? url + separator + query : url, headers: lines, body };
}

/**
 * @param {Sample} sample
 * @param {Fill} fill
 */
function bodyOf({ json, form, text }, fill) {
  if (json !== undefined)
    return { body: JSON.stringify(filled(json, fill)), type: "application/json" };
  if (form) {
    const fields = Object.entries(form).map(([name, value]) => [name, fill(value)]);
    return { body: new URLSearchParams(fields).toString(), type: FORM_TYPE };
  }
  if (text === undefined) return { body: "", type: "" };
  return { body: fill(text), type: "text/plain; charset=utf-8" };
}

/**
 * Fill in the strings of a JSON value.
 * @param {unknown} value
 * @param {Fill} fill
 * @returns {unknown}
 */
function filled(value, fill) {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((each) => filled(each, fill));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, filled(each, fill)]),
  );
}
