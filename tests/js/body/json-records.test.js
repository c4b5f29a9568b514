import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, viewsOf } from "../../../static/js/body/body.js";
import { prettyJson } from "../../../static/js/body/json-indent.js";
import { MAX_RECORDS, recordsOf } from "../../../static/js/body/json-records.js";
import {
  childrenOf,
  pathOf,
  recordNumber,
  rootOfRecords,
  valueText,
} from "../../../static/js/body/json-tree.js";

/** @param {string} text */
const records = (text) => [...childrenOf(rootOfRecords(text, recordsOf(text)))];

test("each line is a record, and a line that is not JSON is kept as sent", () => {
  const found = records('{"n": 9007199254740993}\r\n\n nope \n[1]');
  assert.deepEqual(
    found.map((node) => [recordNumber(node), valueText(node), node.broken ?? false]),
    [
      [1, '{"n": 9007199254740993}', false],
      [2, "nope", true],
      [3, "[1]", false],
    ],
  );
  const [n] = childrenOf(found[0]);
  assert.deepEqual([pathOf(n), recordNumber(n)], ["$.n", 1]);
});

test("a record of a JSON sequence can have several lines", () => {
  const found = records('\x1e{"a":\n1}\n\x1e[2]\n');
  assert.deepEqual(found.map(valueText), ['{"a":\n1}', "[2]"]);
});

test("records are detected by their type or by their first lines", () => {
  /** @param {string} text @param {string} type */
  const view = (text, type) => viewsOf(bodyOf(new TextEncoder().encode(text)), type)[0];
  const lines = '{"index": {}}\n{"a": 1}\n';
  for (const type of ["", "text/plain", "application/json", "application/x-ndjson"]) {
    assert.equal(view(lines, type), "records", type);
  }
  for (const type of ["application/jsonl", "application/x-jsonlines", "application/stream+json"]) {
    assert.equal(view("1\n2", type), "records", type);
  }
  assert.equal(view('\x1e{"a": 1}\n', "application/json-seq"), "records");
  assert.equal(view("{\n  a: 1\n}", ""), "text");
  assert.equal(view('{"a": 1}\nx', ""), "text");
  assert.equal(view('{"a":\n1}', ""), "json");
});

test("at most 100,000 records are found", () => {
  assert.equal(recordsOf("1\n".repeat(MAX_RECORDS + 1)).length, MAX_RECORDS);
});

test("pretty JSON keeps every digit and record", async () => {
  const json = '{"n":12345678901234567890.10,"n":[]}';
  assert.equal(await prettyJson(json), '{\n  "n": 12345678901234567890.10,\n  "n": []\n}');
  const lines = `${json}\nnope\n[1]`;
  const pretty = await prettyJson(lines, recordsOf(lines));
  assert.equal(pretty, `${await prettyJson(json)}\nnope\n[\n  1\n]`);
});
