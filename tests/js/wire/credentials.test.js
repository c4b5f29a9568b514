import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { basicOf, checkedHeaders, withoutSecrets } from "../../../static/js/wire/credentials.js";

/** @param {string} text */
const basic = (text) => `Basic ${Buffer.from(text).toString("base64")}`;

test("a user name and a password become a value of Authorization", () => {
  const cases = {
    "ada:pass": "ada:pass",
    ada: "ada:",
    ":pass": ":pass",
    "ada%40x:s3cret%2F%40%3A%23": "ada@x:s3cret/@:#",
    "zo%C3%AB:100%": "zoë:100%",
  };
  for (const [written, meant] of Object.entries(cases)) {
    assert.equal(basicOf(new URL(`https://${written}@hooks.example.com`)), basic(meant));
  }
  assert.equal(basicOf(new URL("https://hooks.example.com/a@b")), undefined);
});

test("a given header takes precedence over the log-in of the URL", () => {
  assert.deepEqual(checkedHeaders("Basic x", { Authorization: "Bearer y", "X-Team": "blue" }), {
    authorization: "Bearer y",
    "x-team": "blue",
  });
  assert.deepEqual(checkedHeaders("Basic x", {}), { authorization: "Basic x" });
  assert.equal(checkedHeaders(undefined, {}), undefined);
});

test("the error of an invalid header has neither its name nor its value", () => {
  const wrong = [
    ["Cookie", "s3cret\nx"],
    ["s3cret: x", ""],
  ];
  for (const [name, value] of wrong) {
    assert.throws(
      () => checkedHeaders(undefined, { "X-A": "1", [name]: value }),
      (/** @type {Error} */ error) => {
        assert.match(error.message, /Header 2 of the option headers/);
        return error instanceof TypeError && !inspect(error).includes("s3cret");
      },
    );
  }
});

test("a URL is shown without its fragment, user name and password", () => {
  const cases = {
    "https://ada:pass@h/x#key=k": "https://h/x",
    "https://ada:p/a@ss@h/x": "https://h/x",
    "ada:pass@h": "h",
    "https://h/x": "https://h/x",
  };
  for (const [url, shown] of Object.entries(cases)) assert.equal(withoutSecrets(url), shown);
});
