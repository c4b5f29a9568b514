/**
 * Compare two bodies as JSON, as text or as bytes. Does not use the DOM.
 *
 * @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("./rows.js").Compared} Compared
 * @typedef {{body: import("../body/body.js").Body, type: string}} Side
 */

import { bytesOf, viewsOf } from "../body/body.js";
import { linesOfJson } from "../body/json-lines.js";
import { open } from "../body/reading.js";
import { turn } from "../browser/turn.js";
import { byteCount } from "../text/format.js";
import { hexDump } from "../text/hex.js";
import { mediaType } from "../wire/captured.js";
import { row } from "./rows.js";
import { compareText } from "./text.js";

const MAX_JSON_BYTES = 256 * 1024;

const NOTES = {
  notKept:
    "A body was larger than the server’s limit and was not kept. Only the sizes are compared.",
  empty: "Neither request has a body.",
  equal: "The bodies are identical.",
  json: "Compared as JSON, with sorted keys and without white space and commas.",
  same: "The texts are identical; the bytes differ.",
  decoded: "Compared after decompression.",
  large: "Larger than 256 KiB, so compared as text, line by line.",
};

/**
 * @param {CapturedRequest} left
 * @param {CapturedRequest} right
 * @returns {Promise<Compared>}
 */
export async function compareBodies(left, right) {
  const [mine, theirs] = [left.body, right.body];
  const known = mine.complete && theirs.complete;
  if (!known) return { rows: [sizeRow(mine, theirs)], note: NOTES.notKept };
  if (mine.size + theirs.size === 0) return { rows: [], note: NOTES.empty };
  const equal = mine.encoding === theirs.encoding && mine.content === theirs.content;
  if (equal) return { rows: [], note: NOTES.equal };
  const opened = await Promise.all([open(left), open(right)]);
  const compared = await compareOpened(side(left, opened[0]), side(right, opened[1]));
  const note = opened.some(({ decoded }) => decoded)
    ? `${NOTES.decoded} ${compared.note}`
    : compared.note;
  return { ...compared, note: note.trim() };
}

/**
 * Return a body and its type.
 * @param {CapturedRequest} request
 * @param {import("../body/reading.js").Opened} opened
 * @returns {Side}
 */
function side(request, { body }) {
  return { body, type: mediaType(request) };
}

/**
 * @param {Side} left
 * @param {Side} right
 * @returns {Promise<Compared>}
 */
async function compareOpened(left, right) {
  const [mine, theirs] = [left.body, right.body];
  const texts = mine.encoding === "utf-8" && theirs.encoding === "utf-8";
  if (!texts) return compareBytes(mine, theirs);
  if (mine.content === theirs.content) return { rows: [], note: NOTES.same };
  const large = Math.max(mine.size, theirs.size) > MAX_JSON_BYTES;
  if (large) return compareText(mine.content, theirs.content, NOTES.large);
  await turn();
  if (!isJson(left)) return compareText(mine.content, theirs.content, "");
  await turn();
  if (!isJson(right)) return compareText(mine.content, theirs.content, "");
  const laidOut = [await linesOfJson(mine.content), await linesOfJson(theirs.content)];
  return compareText(laidOut[0], laidOut[1], NOTES.json);
}

/** @param {Side} side */
function isJson({ body, type }) {
  return viewsOf(body, type)[0] === "json";
}

/**
 * @param {import("../body/body.js").Body} left
 * @param {import("../body/body.js").Body} right
 */
function sizeRow(left, right) {
  const kind = left.size === right.size ? "same" : "changed";
  return row(kind, `Size: ${byteCount(left.size)}`, `Size: ${byteCount(right.size)}`);
}

/**
 * @param {import("../body/body.js").Body} left
 * @param {import("../body/body.js").Body} right
 */
function compareBytes(left, right) {
  const [mine, theirs] = [bytesOf(left), bytesOf(right)];
  let at = 0;
  while (at < mine.length && mine[at] === theirs[at]) at++;
  const start = at - (at % 16);
  const [a, b] = [mine, theirs].map((bytes) => hexDump(bytes.subarray(start, start + 16), start));
  const kind = a && b ? "changed" : a ? "removed" : "added";
  const note = `Binary. The first difference is at byte offset ${at.toLocaleString("en-US")}.`;
  return { rows: [sizeRow(left, right), row(kind, a, b)], note };
}
