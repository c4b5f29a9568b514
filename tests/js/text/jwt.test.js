import assert from "node:assert/strict";
import { test } from "node:test";
import { timesOf, tokensOf, validityOf } from "../../../static/js/text/jwt.js";
import { sample } from "../samples.js";

/** RFC 7519, section 3.1. */
const TOKEN =
  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" +
  ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
  ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const ARRIVED = "2026-11-22T04:41:00.123456Z";

/** @param {string} content */
const body = (content) => ({
  size: content.length,
  encoding: /** @type {const} */ ("utf-8"),
  content,
  complete: true,
});

test("the token of RFC 7519 is found in a header and decoded", () => {
  const [found, ...more] = tokensOf(sample({ headers: [["Authorization", `Bearer ${TOKEN}`]] }));
  assert.deepEqual(more, []);
  assert.equal(found.where, "header Authorization");
  assert.equal(found.token, TOKEN);
  assert.deepEqual(JSON.parse(found.header), { typ: "JWT", alg: "HS256" });
  assert.equal(found.header, '{"typ":"JWT",\r\n "alg":"HS256"}', "as sent");
  assert.deepEqual(found.claims, {
    iss: "joe",
    exp: 1300819380,
    "http://example.com/is_root": true,
  });
});

test("tokens are found in body, query and path, each once", () => {
  const where = (/** @type {object} */ fields) =>
    tokensOf(sample(fields)).map((each) => each.where);
  assert.deepEqual(where({ body: body(`{"a": "${TOKEN}", "b": "${TOKEN}"}`) }), ["body"]);
  assert.deepEqual(where({ query_string: `id_token=${TOKEN}&x=1` }), ["query"]);
  assert.deepEqual(where({ path: `/login/${TOKEN}` }), ["path"]);
});

test("text that only looks like a token is ignored", () => {
  const parts = TOKEN.split(".");
  const texts = ["eyJabcdef.eyJabcdef.x", `${parts[0]}.${parts[1]}`, `x${TOKEN}`, "eyJ.eyJ.eyJ"];
  for (const text of texts) assert.deepEqual(tokensOf(sample({ body: body(text) })), [], text);
});

test("times are shown as dates, relative to the arrival of the request", () => {
  const arrived = new Date(ARRIVED).getTime() / 1000;
  const times = timesOf(
    { iat: Math.floor(arrived) - 60, exp: Math.floor(arrived) + 3601, nbf: "x" },
    ARRIVED,
  );
  assert.deepEqual(
    times.map(([name]) => name),
    ["Issued (iat)", "Expires (exp)"],
  );
  assert.match(times[0][1], /2026-11-22T04:40:00\.000Z\), 1 minute before this request arrived$/);
  assert.match(times[1][1], /, 1 hour after this request arrived$/);
  assert.deepEqual(timesOf({ exp: 1e300 }, ARRIVED), []);
});

test("the validity of a token depends only on its times", () => {
  const arrived = new Date(ARRIVED).getTime() / 1000;
  assert.equal(validityOf({ exp: arrived - 1 }, ARRIVED), "expired");
  assert.equal(validityOf({ nbf: arrived + 1, exp: arrived + 2 }, ARRIVED), "early");
  assert.equal(validityOf({ exp: arrived + 1 }, ARRIVED), "in time");
  assert.equal(validityOf({}, ARRIVED), "no times");
});
