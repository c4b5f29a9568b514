/**
 * Compare two captured requests, as rows of equal and different values. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./rows.js").Compared} Compared
 *
 * @typedef {Compared & {title: string}} Section
 * @typedef {[key: string, value: string, text: string]} Item
 */

import { linesOf, queryOf, textOfLine } from "../wire/captured.js";
import { compareBodies } from "./bodies.js";
import { mergeEqual, row } from "./rows.js";

/**
 * @param {CapturedRequest} left
 * @param {CapturedRequest} right
 * @returns {Promise<Section[]>} without empty sections
 */
export async function compare(left, right) {
  const sections = [
    { title: "Request", rows: pairRows(lineItems(left), lineItems(right)), note: "" },
    { title: "Query parameters", rows: queryRows(left, right), note: "" },
    { title: "Headers", rows: pairRows(headerItems(left), headerItems(right)), note: "" },
    { title: "Trailers", rows: pairRows(trailerItems(left), trailerItems(right)), note: "" },
    { title: "Body", ...(await compareBodies(left, right)) },
  ];
  return sections.filter(({ rows, note }) => rows.length > 0 || note);
}

/** @param {CapturedRequest} request */
function lineItems(request) {
  return [
    item("Method", request.method),
    item("Path", textOfLine(request.subpath) || "/"),
    item("HTTP version", request.http_version),
  ];
}

/** @param {CapturedRequest} request */
function headerItems({ headers }) {
  return linesOf(headers).map(([name, value]) => item(name, value, name.toLowerCase()));
}

/** @param {CapturedRequest} request */
function trailerItems({ trailers = [] }) {
  return linesOf(trailers).map(([name, value]) => item(name, value, name.toLowerCase()));
}

/**
 * @param {string} name
 * @param {string} value
 * @returns {Item}
 */
function item(name, value, key = name) {
  return [key, value, `${name}: ${value}`];
}

/**
 * @param {CapturedRequest} left
 * @param {CapturedRequest} right
 */
function queryRows(left, right) {
  const [mine, theirs] = [left, right].map((request) =>
    queryOf(request).map(([name, value]) => item(name, value)),
  );
  const rows = pairRows(mine, theirs);
  const [sent, other] = [left.query_string, right.query_string];
  if (sent === other || rows.some(({ kind }) => kind !== "same")) return rows;
  return [...rows, row("changed", `As sent: ${sent}`, `As sent: ${other}`)];
}

/**
 * Pair items by name, in order: the first item of a name with the first on the other side, and so on.
 * @param {Item[]} left
 * @param {Item[]} right
 */
function pairRows(left, right) {
  const waiting = new Map(right.map(([key]) => [key, /** @type {Item[]} */ ([])]));
  for (const each of right) waiting.get(each[0])?.push(each);
  const rows = left.map(([key, value, text]) => {
    const other = waiting.get(key)?.shift();
    if (!other) return row("removed", text, "");
    return row(value === other[1] ? "same" : "changed", text, other[2]);
  });
  const added = [...waiting.values()].flat().map(([, , text]) => row("added", "", text));
  return mergeEqual([...rows, ...added]);
}
