/**
 * Recognise protocols that name an operation: SOAP, XML-RPC, JSON-RPC, GraphQL. Does not use the DOM.
 *
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {{name: string, operation: string}} Protocol
 */

import { parametersOf } from "../body/header-parameters.js";
import { mediaTypeOf } from "../wire/captured.js";
import { jsonText } from "./json-pointer.js";

/** Maximum characters that are searched for the beginning of an envelope, a call or an operation. */
const MAX_HEAD = 4096;

const ENVELOPE =
  /<(?:[\w.-]+:)?Envelope\b[^<>]*schemas\.xmlsoap\.org|<(?:[\w.-]+:)?Envelope\b[^<>]*www\.w3\.org\/2003\/05\/soap/;
const SOAP_OPERATION = /<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)/;
const XML_RPC_METHOD = /<methodCall>\s*<methodName>\s*([\w.:/-]+)/;
/** Strings and comments of GraphQL. */
const GRAPHQL_TEXT = /"""[\s\S]*?"""|"(?:[^"\\\r\n]|\\[^\r\n])*"?|#[^\r\n]*/g;
const GRAPHQL_BLANKS = /[ \t\r\n,\ufeff]+/g;
/** The text before the first brace of a definition. It is empty for a query in short form. */
const GRAPHQL_DEFINITION =
  /^ ?(?:(?:(query|mutation|subscription)(?: ([A-Za-z_]\w*))?|fragment [A-Za-z_]\w* on [A-Za-z_]\w*) ?(?:[(@][^{]*)?)?$/;
const GRAPHQL_FIELD = /^ ?(?:[A-Za-z_]|\.\.\.)/;

/**
 * @param {RequestValues} values
 * @returns {Protocol | null}
 */
export function protocolOf(values) {
  const head = values.bodyText?.slice(0, MAX_HEAD) ?? "";
  return soap(values, head) ?? xmlRpc(head) ?? jsonRpc(values) ?? graphQl(values);
}

/**
 * @param {RequestValues} values
 * @param {string} head
 */
function soap(values, head) {
  const type = values.header("content-type") ?? "";
  const isSoap12 = mediaTypeOf(type) === "application/soap+xml";
  const action = isSoap12 ? parametersOf(type).get("action") : values.header("soapaction");
  if (action === undefined && !isSoap12 && !ENVELOPE.test(head)) return null;
  const operation = lastPart(action ?? "") || soapOperation(values.bodyText ?? "");
  return { name: "SOAP", operation };
}

/**
 * Return the first element in an envelope's body. The header before it may be long.
 * @param {string} text
 */
function soapOperation(text) {
  const [first, ...others] = text.split("<!--");
  const uncommented = others.map((part) => part.split("-->").slice(1).join("-->"));
  return SOAP_OPERATION.exec(first + uncommented.join(""))?.[1] ?? "";
}

/**
 * "SubmitOrder" for "\"http://example.com/orders/SubmitOrder\"".
 * @param {string} action  a URI, perhaps in quotes
 */
function lastPart(action) {
  const text = action.replaceAll('"', "");
  return text.slice(Math.max(...["/", "#", ":"].map((mark) => text.lastIndexOf(mark))) + 1);
}

/** @param {string} head */
function xmlRpc(head) {
  const method = XML_RPC_METHOD.exec(head)?.[1];
  return method ? { name: "XML-RPC", operation: method } : null;
}

/** @param {RequestValues} values */
function jsonRpc(values) {
  for (const start of ["", "/0"]) {
    const method = values.json(`${start}/method`);
    const isCall =
      jsonText(values.json(`${start}/jsonrpc`)) === "2.0" && typeof method === "string";
    if (isCall) return { name: "JSON-RPC", operation: method };
  }
  return null;
}

/** @param {RequestValues} values */
function graphQl(values) {
  const isDocument = mediaTypeOf(values.header("content-type") ?? "") === "application/graphql";
  for (const start of ["", "/0"]) {
    const document = isDocument ? values.bodyText : values.json(`${start}/query`);
    const name = typeof document === "string" ? graphQlOperation(document) : null;
    if (!name) continue;
    const chosen = jsonText(values.json(`${start}/operationName`));
    return { name: "GraphQL", operation: chosen || name };
  }
  return null;
}

/**
 * Return the name or the type of the first operation, or null if the text is not GraphQL.
 * @param {string} document
 */
function graphQlOperation(document) {
  if (!document.includes("}")) return null;
  const head = document.slice(0, MAX_HEAD).replace(GRAPHQL_TEXT, " ").replace(GRAPHQL_BLANKS, " ");
  let [start, depth] = [0, 0];
  for (const { 0: brace, index } of head.matchAll(/[{}]/g)) {
    if (depth === 0) {
      const parts = GRAPHQL_DEFINITION.exec(head.slice(start, index));
      if (!parts || brace === "}") return null;
      const isShort = parts[0].trim() === "";
      if (isShort && !GRAPHQL_FIELD.test(head.slice(index + 1, index + 5))) return null;
      if (!parts[0].trimStart().startsWith("fragment ")) return parts[2] || parts[1] || "query";
    }
    depth += brace === "{" ? 1 : -1;
    start = index + 1;
  }
  return null;
}
