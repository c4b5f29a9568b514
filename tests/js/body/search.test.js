import assert from "node:assert/strict";
import { test } from "node:test";
import { recordsOf } from "../../../static/js/body/json-records.js";
import { rootOf, rootOfRecords } from "../../../static/js/body/json-tree.js";
import { MAX_HITS, piecesOfSource, rowsOfTree, search } from "../../../static/js/body/search.js";

/**
 * @param {Iterable<import("../../../static/js/body/search.js").Piece>} pieces
 * @param {string} needle
 */
const hits = (pieces, needle) =>
  [...search(pieces, needle)].filter((hit) => hit !== null).map(({ place, at }) => [place, at]);

test("hits are found in each piece, in either case, with their place", () => {
  const pieces = piecesOfSource(["pear Pear\n", "plum\n", "a PEAR"], true);
  assert.deepEqual(hits(pieces, "pear"), [
    [0, 0],
    [0, 5],
    [2, 2],
  ]);
});

test("a hit can begin in one chunk of a long line and end in the next", () => {
  assert.deepEqual(hits(piecesOfSource(["xpe", "ar pe", "ar"], true), "pear"), [
    [0, 1],
    [1, 3],
  ]);
  assert.deepEqual(hits(piecesOfSource(["aa", "aa"], true), "aa").length, 2);
  assert.deepEqual(hits(piecesOfSource(["pe", "ar"], false), "pear"), []);
});

test("rows of a tree are searched in the form that is shown", () => {
  const json = '{"a":{"pear":[1,"pear"]},"b":[],"n":12.50}';
  const rows = [...rowsOfTree(rootOf(json))].map(({ text, place }) => [text, json.slice(place)[0]]);
  assert.deepEqual(rows, [
    ["", "{"],
    ['"a": ', "{"],
    ['"pear": ', "["],
    [": 1", "1"],
    [': "pear"', '"'],
    ['"b": ', "["],
    ['"n": 12.50', "1"],
  ]);
  assert.deepEqual(hits(rowsOfTree(rootOf(json)), "pear"), [
    [json.indexOf("[1"), 1],
    [json.indexOf('"pear"]'), 3],
  ]);
  assert.equal(hits(rowsOfTree(rootOf(json)), '"n": 12').length, 1);
  assert.equal(hits(rowsOfTree(rootOf(" 12 ")), "12").length, 1);
});

test("records that are not JSON are searched, too", () => {
  const text = '{"pear": 1}\npear\n';
  assert.deepEqual(hits(rowsOfTree(rootOfRecords(text, recordsOf(text))), "pear"), [
    [9, 1],
    [12, 2],
  ]);
});

test("invisible characters are searched in their visible form", () => {
  assert.deepEqual(hits(piecesOfSource(["a\u202epear"], true), "⟨U+202E⟩"), [[0, 1]]);
});

test("a search ends after 10,000 hits", () => {
  const chunks = ["x".repeat(MAX_HITS), "xx"];
  assert.equal(hits(piecesOfSource(chunks, true), "x").length, MAX_HITS);
});
