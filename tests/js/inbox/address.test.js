import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { inspect } from "node:util";
import { addressOf, fromEnvironment, uuidOfKey } from "../../../static/js/inbox/address.js";
import { Invalid } from "../../../static/js/inbox/errors.js";

const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const PRIVATE = "dab4b7e8-9783-8a7c-87b8-8657aef61edf"; // the vector of docs/protocol.md
const OPEN = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";

/** @param {unknown} error @param {string} [reason] */
function isInvalid(error, reason = "invalid") {
  assert.ok(error instanceof Invalid);
  assert.equal(error.reason, reason);
  assert.ok(!/s3cret|AAAA/.test(inspect(error)));
  return true;
}

test("the UUID of a private callback is made from its view key", async () => {
  assert.equal(await uuidOfKey(KEY), PRIVATE);
});

test("the URL of a server gets a new private callback each time", async () => {
  const first = await addressOf("https://hooks.example.com/team/");
  const second = await addressOf("https://hooks.example.com/team");
  assert.equal(first.server, "https://hooks.example.com/team");
  assert.equal(first.server, second.server);
  assert.match(first.key ?? "", /^[\w-]{22}$/);
  assert.equal(first.uuid, await uuidOfKey(first.key ?? ""));
  assert.notEqual(first.uuid, second.uuid);
});

test("short forms name a server on this computer", async () => {
  for (const url of ["3000", ":3000", "localhost:3000", " http://localhost:3000/ "]) {
    assert.equal((await addressOf(url)).server, "http://localhost:3000", url);
  }
});

test("the link of a private callback and the URL of an open one name that callback", async () => {
  const link = `http://a.test/view/${PRIVATE}#key=${KEY}`;
  assert.deepEqual(await addressOf(link), { server: "http://a.test", uuid: PRIVATE, key: KEY });
  for (const url of [`a.test/${OPEN}`, `http://a.test/view/${OPEN}/orders`]) {
    assert.deepEqual(await addressOf(url), { server: "http://a.test", uuid: OPEN });
  }
});

test("a user name and a password are a header for the server", async () => {
  const { server, authorization } = await addressOf("http://ada:s3cret@a.test");
  assert.equal(server, "http://a.test");
  assert.equal(authorization, `Basic ${Buffer.from("ada:s3cret").toString("base64")}`);
});

test("a URL that is wrong is invalid, and the error has no secret", async () => {
  const wrong = ["", "ftp://a.test", "http://", "http://ada:s3cret@a b", `a.test/${OPEN}0`];
  for (const url of [...wrong, `a.test/view/${OPEN.slice(1)}#key=${KEY}`]) {
    await assert.rejects(addressOf(url), (error) => isInvalid(error), url);
  }
  await assert.rejects(addressOf(`a.test/${PRIVATE}`), (error) => isInvalid(error, "private"));
});

afterEach(() => {
  delete process.env.WEBHOOK_LOGGER_URL;
  delete process.env.WEBHOOK_LOGGER_HEADERS;
});

test("the environment has the URL, and header lines for the server", () => {
  process.env.WEBHOOK_LOGGER_URL = "http://a.test";
  assert.deepEqual(fromEnvironment(), { url: "http://a.test", headers: {} });
  process.env.WEBHOOK_LOGGER_HEADERS = "Authorization: Bearer a:b\nCookie: login=1\n";
  const headers = { Authorization: "Bearer a:b", Cookie: "login=1" };
  assert.deepEqual(fromEnvironment(), { url: "http://a.test", headers });
});

test("an environment without a URL, or with a line that is not a header, is invalid", () => {
  assert.throws(fromEnvironment, (error) => isInvalid(error));
  process.env.WEBHOOK_LOGGER_URL = "http://a.test";
  process.env.WEBHOOK_LOGGER_HEADERS = "s3cret";
  assert.throws(fromEnvironment, (error) => isInvalid(error));
});
