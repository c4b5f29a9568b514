import assert from "node:assert/strict";
import { test } from "node:test";
import { operationInQuery, operationsInJson } from "../../../static/js/body/graphql.js";
import { highlightGraphql } from "../../../static/js/body/highlight.js";

const QUERY = "# who\nquery Hero($id: ID) {\n  hero(id: $id) { name }\n}";

test("a JSON body has the operation with its line ends, and the variables as sent", () => {
  const json = JSON.stringify({ query: QUERY, operationName: "Hero" });
  assert.deepEqual(operationsInJson(`${json.slice(0, -1)},"variables": {"id": 1.0}}`), [
    { query: QUERY, name: "Hero", variables: '{"id": 1.0}' },
  ]);
});

test("variables can be encoded twice, null or missing", () => {
  const variables = (/** @type {unknown} */ value) =>
    operationsInJson(JSON.stringify({ query: "{a}", variables: value }))[0].variables;
  assert.equal(variables('{"a":1}'), '{"a":1}');
  assert.equal(variables(null), "");
  assert.equal(variables(undefined), "");
});

test("a batch has several operations", () => {
  const found = operationsInJson(JSON.stringify([{ query: "{a}" }, { query: "mutation {b}" }]));
  assert.deepEqual(
    found.map(({ query }) => query),
    ["{a}", "mutation {b}"],
  );
});

test("other JSON is not GraphQL", () => {
  const others = [{ query: "shoes" }, { query: { match: 1 } }, [1], [{ query: "{a}" }, {}], [], 12];
  for (const other of others) assert.deepEqual(operationsInJson(JSON.stringify(other)), []);
});

test("a query string has the operation and its variables", () => {
  const found = operationInQuery("query=%7Bhero%7Bname%7D%7D&variables=%7B%22a%22%3A1%7D");
  assert.deepEqual(found, [{ query: "{hero{name}}", name: "", variables: '{"a":1}' }]);
  assert.deepEqual(operationInQuery("query=shoes&page=2"), []);
});

test("GraphQL is highlighted", () => {
  const runs = highlightGraphql('query A($n: Int = 3) { a(b: "x\\"y") } # end');
  assert.deepEqual(
    runs.filter(({ tone }) => tone !== "plain").map(({ tone, text }) => [tone, text]),
    [
      ["word", "query"],
      ["key", "$n"],
      ["number", "3"],
      ["string", '"x\\"y"'],
      ["comment", "# end"],
    ],
  );
});
