import assert from "node:assert/strict";
import { test } from "node:test";
import { NEW_RULE, ruleDraftOf, ruleOf } from "../../../static/js/reply/rules.js";

const RESPONSE = { status: 200, headers: [], body: { encoding: "utf-8", content: "" }, delay: 0 };

/** @param {object} fields @returns {any} */
const rule = (fields) => ({ match: {}, ...RESPONSE, ...fields });

const SHOWN = [
  rule({}),
  rule({ match: { method: "POST", subpath: "/orders*", headers: { "X-A": "b: c", "X-B": "*" } } }),
  rule({
    match: {
      json: { "/a": "text", "/b": "5", "/c": 5, "/d": true, "/e": null, "/f": "null", "": "x" },
    },
    template: true,
    delay: 0.5,
    headers: [["Content-Type", "text/plain"]],
    body: { encoding: "utf-8", content: "{{ json./a }}\n" },
  }),
];

const NOT_SHOWN = [
  rule({ body: { encoding: "base64", content: "AP8=" } }),
  rule({ match: { subpath: "" } }),
  rule({ match: { json: { "/a:b": "c" } } }),
  rule({ match: { json: { "/a": " c" } } }),
  rule({ match: { headers: { "X-A": " b" } } }),
  rule({ match: { query: { a: "b" } } }),
  rule({ later: 1 }),
];

test("a rule is unchanged after a round trip through the form", () => {
  for (const each of SHOWN) {
    const draft = ruleDraftOf(each);
    assert.equal(draft.source, "");
    assert.deepEqual(ruleOf(draft), each);
  }
});

test("a rule that the form cannot show stays as JSON", () => {
  for (const each of NOT_SHOWN) {
    const draft = ruleDraftOf(each);
    assert.notEqual(draft.source, "", JSON.stringify(each));
    assert.deepEqual(ruleOf(draft), each);
  }
});

test("an empty form is a rule for every request", () => {
  assert.deepEqual(ruleOf({ ...NEW_RULE }), rule({}));
  assert.deepEqual(ruleOf({ ...NEW_RULE, matchJson: "\n /a : x \n", delay: "" }), {
    ...rule({ match: { json: { "/a": "x" } } }),
  });
});

test("a line without a colon and wrong JSON are problems of the rules", () => {
  for (const wrong of [
    { matchHeaders: "a" },
    { headers: "a" },
    { matchJson: "/a" },
    { source: "{" },
  ]) {
    assert.throws(() => ruleOf({ ...NEW_RULE, ...wrong }), { field: "rules" });
  }
});
