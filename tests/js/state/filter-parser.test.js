/** The language of the filter, from the table that the Python client passes, too. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open } from "../../../static/js/body/reading.js";
import { recognise } from "../../../static/js/providers/recognise.js";
import { summarise } from "../../../static/js/providers/summary.js";
import { matches } from "../../../static/js/state/filter.js";
import { FIELDS, parse } from "../../../static/js/state/filter-parser.js";

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { requests, filters, typing, errors } = read("../../filter_cases.json");
const [{ wire }] = read("../../fixtures/captured_requests.json");

/** @type {{name: string, status: number | undefined, request: any}[]} */
const samples = [];
for (const [name, { status, request }] of Object.entries(requests)) {
  samples.push({ name, status: status ?? undefined, request: { ...wire, id: name, ...request } });
  await open(samples[samples.length - 1].request);
}

/** @param {import("../../../static/js/state/filter-parser.js").Term[][]} clauses */
const chosen = (clauses) =>
  samples
    .filter(({ request, status }) => matches(clauses, request, { recognise, summarise }, status))
    .map(({ name }) => name);

test("filters match the requests in the table", () => {
  for (const { filter, matches } of filters) {
    const { clauses, problem } = parse(filter);
    assert.equal(problem, null, filter);
    assert.deepEqual(chosen(clauses), matches, filter);
    assert.equal(parse(filter, true).problem, null, filter);
  }
});

test("an incomplete term at the end is ignored while the user types it", () => {
  for (const { filter, matches } of typing) {
    const { clauses, problem } = parse(filter, true);
    assert.equal(problem, null, filter);
    assert.deepEqual(chosen(clauses), matches, filter);
  }
});

test("a malformed filter has a reason, a message and corrections", () => {
  for (const { filter, times = 1, reason, suggestions } of errors) {
    const { problem } = parse(filter.repeat(times));
    assert.equal(problem?.reason, reason, filter);
    assert.doesNotMatch(problem?.message ?? "", /undefined|\{[a-z]+\}/);
    assert.deepEqual(
      problem?.suggestions.map(({ text }) => text),
      suggestions,
      filter,
    );
  }
});

test("the other terms apply while one has a problem", () => {
  assert.deepEqual(chosen(parse("method:post metod:x size:>1MB").clauses), ["large"]);
  assert.equal(chosen(parse("provider:stripe | metod:x").clauses).length, samples.length);
});

test("the example of each field is a filter that uses it", () => {
  for (const [field, { example }] of Object.entries(FIELDS)) {
    const { clauses, problem } = parse(example);
    assert.equal(problem, null, example);
    assert.equal(clauses[0][0].field, field);
  }
});

test("a correction has no other problem at the same place", () => {
  for (const { filter, suggestions } of errors) {
    for (const text of suggestions) {
      assert.notEqual(parse(text).problem?.reason, parse(filter).problem?.reason, text);
    }
  }
});
