/** Rules of the registry: conditions on a request. Does not use the DOM. */

/**
 * @typedef {import("./registry.js").Rule} Rule
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 */

import { jsonText } from "./json-pointer.js";
import { isShort } from "./request-values.js";

/**
 * Check whether all conditions of a rule hold; those that are cheap to check first.
 * @param {Rule} rule
 * @param {RequestValues} values
 */
export function holds({ method, subpath, headers, query, form, json }, values) {
  const { request } = values;
  return (
    (method === undefined || method === request.method) &&
    (subpath === undefined || matches(subpath, request.subpath)) &&
    all(headers, (name, pattern) => matches(pattern, values.header(name))) &&
    all(query, (name, pattern) => matches(pattern, values.query(name))) &&
    all(form, (name, pattern) => matches(pattern, values.text(`form:${name}`))) &&
    all(json, (pointer, pattern) => isJsonMatch(pattern, values.json(pointer)))
  );
}

/** @param {Rule} rule */
export function conditionsOf({ method, subpath, headers, query, form, json }) {
  const named = [headers, query, form, json].map((each) => Object.keys(each ?? {}).length);
  return named.reduce((sum, each) => sum + each, 0) + Number(!!method) + Number(!!subpath);
}

/**
 * @param {Record<string, string> | undefined} conditions
 * @param {(name: string, pattern: string) => boolean} isMet
 */
function all(conditions, isMet) {
  for (const name in conditions) if (!isMet(name, conditions[name])) return false;
  return true;
}

/** @type {Map<string, RegExp>} */
const regexes = new Map();

/**
 * @param {string} pattern
 * @param {string | undefined} text
 */
function matches(pattern, text) {
  if (text === undefined) return false;
  if (pattern === "") return true;
  return isShort(text) && regexOf(pattern).test(text);
}

/** @param {string} pattern */
function regexOf(pattern) {
  const known = regexes.get(pattern);
  if (known) return known;
  const regex = new RegExp(pattern);
  regexes.set(pattern, regex);
  return regex;
}

/**
 * @param {string} pattern
 * @param {unknown} value
 */
function isJsonMatch(pattern, value) {
  return pattern === "" ? value !== undefined : matches(pattern, jsonText(value));
}
