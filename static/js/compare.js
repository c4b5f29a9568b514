/**
 * Two captured requests side by side, as rows of what is the same and what is not. No DOM in here.
 *
 * @typedef {import("./captured.js").CapturedRequest} CapturedRequest
 *
 * @typedef {object} Row
 * @property {"same" | "changed" | "added" | "removed"} kind  added: only the right one has it
 * @property {string} left   "" where there is none
 * @property {string} right
 * @property {number} lines  more than one only where they are the same
 *
 * @typedef {{rows: Row[], note: string}} Compared  note: how, where that is not plain
 * @typedef {Compared & {title: string}} Section
 * @typedef {[key: string, value: string, text: string]} Item
 */

import { bytesOf, hexDump, viewsOf, withoutMark } from "./body.js";
import { mediaType, queryParameters, splitPath } from "./captured.js";
import { excerpt } from "./excerpt.js";
import { byteCount } from "./format.js";
import { childrenOf, isArray, rootOf, valueText } from "./json-tree.js";

const MOST_JSON_BYTES = 256 * 1024;
const MOST_LINES = 10_000;
const MOST_APART = 2000;
const MOST_AROUND = 200;
/** More differences, or more work, than this would be felt. */
const LIMITS = { maxEditLength: 500, timeout: 15 };
const TURN_MS = 8;
const DEEPEST = 16; // of JSON: each level reads all that is below it

const NOTES = {
  lost: "A body over the server’s limit is not kept: only the sizes are compared.",
  none: "Neither has a body.",
  equal: "The same, byte for byte.",
  json: "Compared as JSON: keys in order, spaces and commas left out.",
  large: "Larger than 256 KiB: compared as text, line by line.",
  cut: `Only ${MOST_LINES.toLocaleString("en-US")} lines behind the first difference are compared.`,
  apart: "They differ too much to find out which lines belong together: compared in order.",
};

/**
 * @param {CapturedRequest} left
 * @param {CapturedRequest} right
 * @returns {Promise<Section[]>} those that have something to show
 */
export async function compare(left, right) {
  const sections = [
    { title: "Request", rows: pairRows(lineItems(left), lineItems(right)), note: "" },
    { title: "Query parameters", rows: queryRows(left.query_string, right.query_string), note: "" },
    { title: "Headers", rows: pairRows(headerItems(left), headerItems(right)), note: "" },
    { title: "Body", ...(await compareBodies(left, right)) },
  ];
  return sections.filter(({ rows, note }) => rows.length > 0 || note);
}

/** @param {CapturedRequest} request */
function lineItems(request) {
  return [
    item("Method", request.method),
    item("Path", splitPath(request).below || "/"),
    item("HTTP version", request.http_version),
  ];
}

/** @param {CapturedRequest} request */
function headerItems({ headers }) {
  return headers.map(([name, value]) => item(name, value, name.toLowerCase()));
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
 * @param {string} left
 * @param {string} right
 */
function queryRows(left, right) {
  const [mine, theirs] = [left, right].map((query) =>
    queryParameters(query).map(([name, value]) => item(name, value)),
  );
  const rows = pairRows(mine, theirs);
  const otherwiseWritten = left !== right && rows.every(({ kind }) => kind === "same");
  return otherwiseWritten
    ? [...rows, row("changed", `As sent: ${left}`, `As sent: ${right}`)]
    : rows;
}

/**
 * The first of a name beside the first of that name, the second beside the second.
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
  return folded([...rows, ...added]);
}

/**
 * Rows that are the same, one after the other, become one.
 * @param {Row[]} rows
 */
function folded(rows) {
  /** @type {Row[]} */
  const kept = [];
  for (const each of rows) {
    const last = kept.at(-1);
    if (last?.kind !== "same" || each.kind !== "same") kept.push(each);
    else {
      last.left += `\n${each.left}`;
      last.right += `\n${each.right}`;
      last.lines += each.lines;
    }
  }
  return kept;
}

/**
 * @param {Row["kind"]} kind
 * @param {string} left
 * @param {string} right
 * @returns {Row}
 */
function row(kind, left, right, lines = 1) {
  return { kind, left, right, lines };
}

/**
 * @param {CapturedRequest} left
 * @param {CapturedRequest} right
 * @returns {Promise<Compared>}
 */
async function compareBodies(left, right) {
  const [mine, theirs] = [left.body, right.body];
  const known = mine.complete && theirs.complete;
  if (!known) return { rows: [sizeRow(mine, theirs)], note: NOTES.lost };
  if (mine.size + theirs.size === 0) return { rows: [], note: NOTES.none };
  const texts = mine.encoding === "utf-8" && theirs.encoding === "utf-8";
  const equal = mine.encoding === theirs.encoding && mine.content === theirs.content;
  if (equal) return { rows: [], note: NOTES.equal };
  if (!texts) return compareBytes(mine, theirs);
  const large = Math.max(mine.size, theirs.size) > MOST_JSON_BYTES;
  if (large) return compareText(mine.content, theirs.content, NOTES.large);
  await turn();
  if (!isJson(left)) return compareText(mine.content, theirs.content, "");
  await turn();
  if (!isJson(right)) return compareText(mine.content, theirs.content, "");
  const laidOut = [await linesOfJson(mine.content), await linesOfJson(theirs.content)];
  return compareText(laidOut[0], laidOut[1], NOTES.json);
}

/** @param {CapturedRequest} request */
function isJson(request) {
  return viewsOf(request.body, mediaType(request))[0] === "json";
}

/**
 * @param {import("./body.js").Body} left
 * @param {import("./body.js").Body} right
 */
function sizeRow(left, right) {
  const kind = left.size === right.size ? "same" : "changed";
  return row(kind, `Size: ${byteCount(left.size)}`, `Size: ${byteCount(right.size)}`);
}

/**
 * @param {import("./body.js").Body} left
 * @param {import("./body.js").Body} right
 */
function compareBytes(left, right) {
  const [mine, theirs] = [bytesOf(left), bytesOf(right)];
  let at = 0;
  while (at < mine.length && mine[at] === theirs[at]) at++;
  const start = at - (at % 16);
  const [a, b] = [mine, theirs].map((bytes) => hexDump(bytes.subarray(start, start + 16), start));
  const kind = a && b ? "changed" : a ? "removed" : "added";
  const note = `Not text. First difference at byte ${at.toLocaleString("en-US")}, counted from 0.`;
  return { rows: [sizeRow(left, right), row(kind, a, b)], note };
}

/**
 * JSON line by line with its keys in order; numbers and escapes stay as sent.
 * @param {string} json
 */
async function linesOfJson(json) {
  /** @type {string[]} */
  const lines = [];
  const work = layOut(rootOf(withoutMark(json)), 0, lines);
  for (let end = performance.now() + TURN_MS; !work.next().done; ) {
    if (performance.now() < end) continue;
    await turn();
    end = performance.now() + TURN_MS;
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Step by step: a quarter of a megabyte at once would be felt.
 * @param {import("./json-tree.js").JsonNode} node
 * @param {number} depth
 * @param {string[]} lines  where to
 * @returns {Generator<void, void>}
 */
function* layOut(node, depth, lines) {
  const indent = "  ".repeat(depth);
  const start = indent + (node.key && `${node.key}: `);
  if (node.count === 0 || depth === DEEPEST) {
    lines.push(start + valueText(node));
    return yield;
  }
  const array = isArray(node);
  const children = [];
  for (const child of childrenOf(node)) yield void children.push(child);
  if (!array) children.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  lines.push(start + (array ? "[" : "{"));
  for (const child of children) yield* layOut(child, depth + 1, lines);
  lines.push(indent + (array ? "]" : "}"));
}

/** Lets the page draw a frame. */
function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * @param {string} left
 * @param {string} right
 * @param {string} note
 * @returns {Promise<Compared>}
 */
async function compareText(left, right, note) {
  const { diffArrays } = await import("diff");
  await turn();
  const { head, tail } = commonEnds(left, right);
  const [mine, theirs] = [left, right].map((text) => linesOf(text.slice(head, text.length - tail)));
  await turn();
  const changes = diffArrays(mine.lines, theirs.lines, LIMITS);
  await turn();
  const rows = [
    ...sameRows(left.slice(0, head)),
    ...(changes ? rowsOf(changes) : beside(mine.lines, theirs.lines)),
    ...sameRows(left.slice(left.length - tail)),
  ];
  await turn();
  const notes = [note, (mine.cut || theirs.cut) && NOTES.cut, !changes && NOTES.apart];
  return { rows: folded(rows), note: notes.filter(Boolean).join(" ") };
}

/**
 * Characters of the whole lines that both begin and end with: most bodies differ in few places.
 * @param {string} left
 * @param {string} right
 */
function commonEnds(left, right) {
  const { start, end } = shared(left, right);
  const head = start && left.lastIndexOf("\n", start - 1) + 1;
  const line = left.indexOf("\n", left.length - end) + 1;
  return { head, tail: line && left.length - line };
}

/**
 * How many characters both begin with, and how many behind those both end with.
 * @param {string} left
 * @param {string} right
 */
function shared(left, right) {
  const most = Math.min(left.length, right.length);
  let start = 0;
  let end = 0;
  // Large steps first: engines compare slices far faster than characters.
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    while (start + step <= most && left.startsWith(right.slice(start, start + step), start)) {
      start += step;
    }
  }
  for (let step = 2 ** 16; step >= 1; step /= 4) {
    const fits = () => start + end + step <= most;
    const next = () => right.slice(right.length - end - step, right.length - end);
    while (fits() && left.endsWith(next(), left.length - end)) end += step;
  }
  return { start, end };
}

/** @param {string} text */
function linesOf(text) {
  const lines = [];
  let start = 0;
  while (start < text.length && lines.length < MOST_LINES) {
    const end = text.indexOf("\n", start) + 1 || text.length;
    lines.push(text.slice(start, end));
    start = end;
  }
  return { lines, cut: start < text.length };
}

/**
 * A removal with an addition behind it is a change, line by line.
 * @param {{value: string[], added?: boolean, removed?: boolean}[]} changes
 */
function rowsOf(changes) {
  return changes.flatMap(({ value, added, removed }, at) => {
    if (removed) return beside(value, changes[at + 1]?.added ? changes[at + 1].value : []);
    if (added) return changes[at - 1]?.removed ? [] : beside([], value);
    return sameRows(value.join(""));
  });
}

/**
 * @param {string[]} left
 * @param {string[]} right
 */
function beside(left, right) {
  const longer = left.length > right.length ? left : right;
  return longer.map((_, at) => {
    if (at >= left.length) return row("added", "", withoutEnd(right[at]));
    if (at >= right.length) return row("removed", withoutEnd(left[at]), "");
    const ended = left[at].endsWith("\n") && right[at].endsWith("\n");
    if (!ended) return row("changed", left[at], right[at]);
    return row("changed", withoutEnd(left[at]), withoutEnd(right[at]));
  });
}

/** @param {string} line */
function withoutEnd(line) {
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}

/**
 * None for no text, else one.
 * @param {string} text
 */
function sameRows(text) {
  if (text === "") return [];
  let lines = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return [row("same", withoutEnd(text), withoutEnd(text), lines)];
}

/**
 * A text in three, as far as it is shown: what another begins with too, what only this one has, and
 * what both end with.
 * @param {string} text
 * @param {string} other
 */
export function partedAt(text, other) {
  const common = shared(text, other);
  let start = common.start;
  let end = text.length - common.end;
  if (isInside(text, start)) start--;
  if (isInside(text, end)) end++;
  const lead = start > MOST_AROUND ? "…" : "";
  return {
    before: lead + text.slice(Math.max(0, start - MOST_AROUND), start),
    part: excerpt(text.slice(start, end), MOST_APART),
    after: text.slice(end, end + MOST_AROUND) + (text.length - end > MOST_AROUND ? "…" : ""),
  };
}

/**
 * Whether two halves of one character meet there.
 * @param {string} text
 * @param {number} at
 */
function isInside(text, at) {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
