import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NEW_RULE,
  ruleDraftOf,
  ruleOf,
  rulePlace,
  rulesOf,
} from "../../../static/js/reply/rules.js";

const RESPONSE = { status: 200, headers: [], body: { encoding: "utf-8", content: "" }, delay: 0 };

/** @param {object} fields @returns {any} */
const rule = (fields) => ({ match: {}, ...RESPONSE, ...fields });

const SHOWN = [
  rule({}),
  rule({ match: { method: "POST", subpath: "/orders*", headers: { "X-A": "b: c", "X-B": "*" } } }),
  rule({
    match: {
      json: {
        "/a": "text",
        "/b": "5",
        "/c": 5,
        "/d": true,
        "/e": null,
        "/f": "null",
        "": "x",
        "/g": "line\nbreak",
      },
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
  rule({ match: { json: { "/line\nbreak": "c" } } }),
  rule({ match: { headers: { "X-A": " b" } } }),
  rule({ match: { headers: { "X-A": "line\nbreak" } } }),
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

test("a line without a colon and wrong JSON are problems of the rules, with their place", () => {
  for (const [name, text] of Object.entries({
    matchHeaders: "a",
    headers: "a",
    matchJson: "/a",
    source: "{",
  })) {
    const drafts = [NEW_RULE, { ...NEW_RULE, [name]: text }];
    assert.throws(
      () => rulesOf(drafts),
      (/** @type {any} */ { field, message }) => {
        assert.deepEqual(rulePlace(message, drafts), { at: 1, name }, message);
        return field === "rules";
      },
    );
  }
});

test("a message of the server names the field of a rule", () => {
  const drafts = [NEW_RULE, { ...NEW_RULE, source: "{}" }];
  for (const [text, place] of /** @type {[string, unknown][]} */ ([
    ["rule 1: status: must be a whole number.", { at: 0, name: "status" }],
    ["rule 1: match: json: must be an object.", { at: 0, name: "matchJson" }],
    ["rule 1: match: subpath: must be a text.", { at: 0, name: "subpath" }],
    ["rule 1: match: constructor: not a field.", { at: 0, name: "method" }],
    ["rule 1: must be an object.", { at: 0, name: "method" }],
    ["rule 2: status: must be a whole number.", { at: 1, name: "source" }],
    ["rule 3: status: must be a whole number.", null],
    ["must have at most 32 entries.", null],
  ])) {
    assert.deepEqual(rulePlace(text, drafts), place, text);
  }
});
