/**
 * Recognise protocols that name an operation: SOAP, XML-RPC, JSON-RPC, GraphQL. Does not use the DOM.
 *
 * @typedef {import("./request-values.js").RequestValues} RequestValues
 * @typedef {{name: string, operation: string}} Protocol
 */

import { parametersOf } from "../body/header-parameters.js";
import { mediaTypeOf } from "../wire/captured.js";
import { jsonText } from "./json-pointer.js";

/** The names of operations are at the beginning. */
const MAX_HEAD = 4096;

const ENVELOPE =
  /<(?:[\w.-]+:)?Envelope\b[^<>]*schemas\.xmlsoap\.org|<(?:[\w.-]+:)?Envelope\b[^<>]*www\.w3\.org\/2003\/05\/soap/;
const SOAP_OPERATION = /<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)/;
const XML_RPC_METHOD = /<methodCall>\s*<methodName>\s*([\w.:/-]+)/;
const GRAPHQL = /^\s*(?:(query|mutation|subscription)\b(?:\s+([A-Za-z_]\w*))?|\{)/;

/**
 * @param {RequestValues} values
 * @returns {Protocol | null}
 */
export function protocolOf(values) {
  const head = values.bodyText?.slice(0, MAX_HEAD) ?? "";
  return soap(values, head) ?? xmlRpc(head) ?? jsonRpc(values) ?? graphQl(values, head);
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
  const operation = lastPart(action ?? "") || (SOAP_OPERATION.exec(head)?.[1] ?? "");
  return { name: "SOAP", operation };
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

/**
 * @param {RequestValues} values
 * @param {string} head
 */
function graphQl(values, head) {
  const isDocument = mediaTypeOf(values.header("content-type") ?? "") === "application/graphql";
  const query = isDocument ? head : values.json("/query");
  const parts = typeof query === "string" ? GRAPHQL.exec(query.slice(0, MAX_HEAD)) : null;
  if (!parts) return null;
  const name = jsonText(values.json("/operationName")) || parts[2] || parts[1] || "query";
  return { name: "GraphQL", operation: name };
}
