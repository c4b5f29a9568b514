/** Views of rare formats, and the search in a body. The page loads them with the first body. */

import { html } from "lit";
import { textOf, withoutMark } from "../body/body.js";
import { operationInQuery, operationInText, operationsInJson } from "../body/graphql.js";
import { isJson } from "../body/json-check.js";
import { mediaOf } from "../body/media.js";
import { mediaType } from "../wire/captured.js";
import "./body-graphql.js";
import "./body-media.js";
import "./body-msgpack.js";
import "./body-search.js";

/**
 * @typedef {import("../body/body.js").Body} Body
 * @typedef {import("../body/body.js").BodyView} BodyView
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 */

const MSGPACK = /^application\/(?:x-|vnd\.)?(?:msgpack|messagepack)$|\+msgpack$/;
const GRAPHQL = "application/graphql";

/** Larger bodies have no view that has to parse them. */
const MAX_BYTES = 2 * 2 ** 20;

/**
 * Return the views that come before the others, the most readable first.
 * @param {Body} body
 * @param {string} mediaType
 * @returns {BodyView[]}
 */
export function moreViews(body, mediaType) {
  if (mediaOf(body)) return ["media"];
  if (body.size > MAX_BYTES) return [];
  if (MSGPACK.test(mediaType)) return ["msgpack"];
  return operationsOf(body, mediaType).length > 0 ? ["graphql"] : [];
}

/**
 * Render a body in one of these views, or return null for other views.
 * @param {BodyView} view
 * @param {Body} body
 * @param {CapturedRequest} request
 */
export function moreContent(view, body, request) {
  switch (view) {
    case "media":
      return html`<webhook-body-media .body=${body}></webhook-body-media>`;
    case "msgpack":
      return html`<webhook-body-msgpack .body=${body}></webhook-body-msgpack>`;
    case "graphql":
      return graphql(operationsOf(body, mediaType(request)));
    default:
      return null;
  }
}

/**
 * Render the GraphQL operation in a query string, or nothing.
 * @param {CapturedRequest} request
 */
export function queryContent({ query_string }) {
  const operations = operationInQuery(query_string);
  if (operations.length === 0) return "";
  return html`<p class="body-reading">The query string has a GraphQL operation:</p>${graphql(operations)}`;
}

/** @param {import("../body/graphql.js").Operation[]} operations */
function graphql(operations) {
  return html`<webhook-body-graphql .operations=${operations}></webhook-body-graphql>`;
}

/**
 * @param {Body} body
 * @param {string} mediaType
 */
function operationsOf(body, mediaType) {
  if (body.encoding !== "utf-8") return [];
  const text = withoutMark(textOf(body));
  if (mediaType === GRAPHQL) return operationInText(text);
  return /^\s*[{[]/.test(text) && text.includes('"query"') && isJson(text)
    ? operationsInJson(text)
    : [];
}
