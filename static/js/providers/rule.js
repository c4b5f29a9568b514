/**
 * Rules of the registry: conditions on a request. Does not use the DOM.
 *
 * @typedef {import("./registry.js").Rule} Rule
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {(values: RequestValues) => boolean} Condition
 */

import { textOfLine } from "../wire/captured.js";
import { jsonText } from "./json-pointer.js";
import { isShort, MAX_SHORT_BYTES } from "./request-values.js";

/** @type {WeakMap<Rule, Condition[]>} */
const compiled = new WeakMap();

/**
 * Check whether all conditions of a rule hold.
 * @param {Rule} rule
 * @param {RequestValues} values
 */
export function holds(rule, values) {
  for (const isMet of compiledConditions(rule)) if (!isMet(values)) return false;
  return true;
}

/** @param {Rule} rule */
export function conditionsOf(rule) {
  return compiledConditions(rule).length;
}

/** @param {Rule} rule */
function compiledConditions(rule) {
  const known = compiled.get(rule);
  if (known) return known;
  const conditions = [...compile(rule)];
  compiled.set(rule, conditions);
  return conditions;
}

/**
 * Yield the conditions, those that are cheap to check first.
 * @param {Rule} rule
 * @returns {Generator<Condition>}
 */
function* compile({ method, subpath, headers = {}, query = {}, form = {}, json = {}, only }) {
  if (method !== undefined) yield ({ request }) => request.method === method;
  for (const [written, pattern] of Object.entries(headers)) {
    const name = written.toLowerCase();
    yield headerCondition(pattern, name);
  }
  if (subpath !== undefined) yield condition(subpath, ({ request }) => request.subpath);
  for (const [name, pattern] of Object.entries(query)) {
    yield condition(pattern, (values) => values.query(name));
  }
  for (const [name, pattern] of Object.entries(form)) {
    yield condition(pattern, (values) => values.text(`form:${name}`));
  }
  for (const [pointer, pattern] of Object.entries(json)) {
    yield pattern === ""
      ? (values) => values.json(pointer) !== undefined
      : condition(pattern, (values) => jsonText(values.json(pointer)));
  }
  if (only) {
    const names = new Set(only);
    yield (values) => Object.keys(values.json("") ?? {}).every((name) => names.has(name));
  }
}

/**
 * @param {string} pattern
 * @param {string} name  in lower case
 * @returns {Condition}
 */
function headerCondition(pattern, name) {
  if (pattern === "") return ({ headers }) => headers.has(name);
  const regex = new RegExp(pattern);
  return ({ headers }) => {
    const line = headers.get(name); // a character for each byte
    return line !== undefined && line.length <= MAX_SHORT_BYTES && regex.test(textOfLine(line));
  };
}

/**
 * @param {string} pattern  "" matches every value, another pattern only short ones
 * @param {(values: RequestValues) => string | undefined} valueIn
 * @returns {Condition}
 */
function condition(pattern, valueIn) {
  if (pattern === "") return (values) => valueIn(values) !== undefined;
  const regex = new RegExp(pattern);
  return (values) => {
    const text = valueIn(values);
    return text !== undefined && isShort(text) && regex.test(text);
  };
}
