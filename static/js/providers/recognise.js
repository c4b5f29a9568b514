/**
 * Recognise the provider that sent a request. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./registry.js").Provider} Provider
 * @typedef {import("./registry.js").Rule} Rule
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 *
 * @typedef {import("../state/recogniser.js").Recognition & {provider: Provider, timestamp: string}} Recognition
 *   timestamp: as sent, or ""
 */

import { PROVIDERS } from "./registry.js";
import { isShort, valuesIn } from "./request-values.js";
import { conditionsOf, holds } from "./rule.js";

const CERTAINTIES = /** @type {const} */ (["certain", "likely", "possible"]);

/** All rules, the most certain first, then those with more conditions, then by provider. */
const RULES = CERTAINTIES.flatMap((certainty) =>
  PROVIDERS.flatMap((provider) =>
    (provider.recognise[certainty] ?? []).map((rule) => ({ rule, provider })),
  ).sort((one, other) => conditionsOf(other.rule) - conditionsOf(one.rule)),
);

/** @type {WeakMap<CapturedRequest, Recognition | null>} */
const cache = new WeakMap();

/**
 * Return the provider of a request, and the values that describe the delivery; null if no provider is
 * recognised.
 * @param {CapturedRequest} request
 */
export function recognise(request) {
  const known = cache.get(request);
  if (known !== undefined) return known;
  const found = recognitionOf(valuesIn(request));
  cache.set(request, found);
  return found;
}

/**
 * @param {RequestValues} values
 * @returns {Recognition | null}
 */
export function recognitionOf(values) {
  const provider = RULES.find(({ rule }) => holds(rule, values))?.provider;
  if (!provider) return null;
  const { event, delivery, timestamp } = provider;
  return {
    provider,
    event: firstText(event, values),
    delivery: firstText(delivery, values),
    attempt: attemptOf(provider, values),
    timestamp: firstText(timestamp, values),
  };
}

/**
 * Return the first text that is not empty or missing, else "".
 * @param {import("./registry.js").Text[] | undefined} texts
 * @param {RequestValues} values
 */
function firstText(texts, values) {
  for (const each of texts ?? []) {
    const { when, text } = typeof each === "string" ? { text: each } : each;
    const filled = !when || holds(when, values) ? values.filled(text) : "";
    if (filled && isShort(filled)) return filled;
  }
  return "";
}

/**
 * @param {Provider} provider
 * @param {RequestValues} values
 */
function attemptOf({ attempt, retry }, values) {
  if (!retry) return wholeNumber(firstText(attempt, values));
  const retries = wholeNumber(firstText(retry, values) || "0");
  return retries === null ? null : retries + 1;
}

/** @param {string} text */
function wholeNumber(text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
