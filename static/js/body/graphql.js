/**
 * Find the GraphQL operations of a request: in JSON, in the body, or in the query string. Does not use
 * the DOM.
 *
 * @typedef {object} Operation
 * @property {string} query      its text, unescaped
 * @property {string} name       the operation to run, or ""
 * @property {string} variables  JSON as sent, or ""
 */

import { queryParameters } from "../wire/captured.js";
import { isObject } from "./json-inside.js";
import { childrenOf, isArray, rootOf, valueText } from "./json-tree.js";

/** A text that is an operation, after comments. */
const OPERATION = /^(?:\s|,|#[^\n]*\n)*(?:\{|(?:query|mutation|subscription|fragment)\b)/;

/** Operations of a batch that are shown. Pretty shows all. */
const MAX_OPERATIONS = 20;

const MAX_PARAMETERS = 100;

/**
 * Return the operations of a JSON body.
 * @param {string} json  valid
 * @returns {Operation[]}
 */
export function operationsInJson(json) {
  const root = rootOf(json);
  if (root.count === 0) return [];
  if (!isArray(root)) return operationOf(root);
  const found = [];
  for (const each of childrenOf(root)) {
    const [operation] = json[each.start] === "{" ? operationOf(each) : [];
    if (!operation) return [];
    found.push(operation);
    if (found.length === MAX_OPERATIONS) break;
  }
  return found;
}

/**
 * Return the operation of an object, in a list, or an empty list.
 * @param {import("./json-tree.js").JsonNode} object
 * @returns {Operation[]}
 */
function operationOf(object) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const field of childrenOf(object)) {
    const name = field.key.slice(1, -1);
    if (["query", "operationName", "variables"].includes(name)) fields.set(name, valueText(field));
  }
  const query = unquoted(fields.get("query"));
  const variables = fields.get("variables") ?? "";
  const sent = variables.startsWith('"') ? unquoted(variables) : variables; // encoded twice
  if (!OPERATION.test(query)) return [];
  const name = unquoted(fields.get("operationName"));
  return [{ query, name, variables: isObject(sent) ? sent : "" }];
}

/** Return the text of a JSON string, or "". @param {string} [token] */
function unquoted(token = "") {
  return token.startsWith('"') ? /** @type {string} */ (JSON.parse(token)) : "";
}

/**
 * Return the operation of a body with the type application/graphql.
 * @param {string} query
 * @returns {Operation[]}
 */
export function operationInText(query) {
  return [{ query, name: "", variables: "" }];
}

/**
 * Return the operation of a query string: `?query={hero{name}}&variables={}`.
 * @param {string} queryString
 * @returns {Operation[]}
 */
export function operationInQuery(queryString) {
  const parameters = new Map(queryParameters(queryString, MAX_PARAMETERS).reverse()); // the first of a name counts
  const query = parameters.get("query") ?? "";
  const variables = parameters.get("variables") ?? "";
  const name = parameters.get("operationName") ?? "";
  if (!OPERATION.test(query)) return [];
  return [{ query, name, variables: isObject(variables) ? variables : "" }];
}
