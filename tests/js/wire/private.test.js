import assert from "node:assert/strict";
import { test } from "node:test";
import { apiHeaders, isKey, isPrivate, keyIn, watchLink } from "../../../static/js/wire/private.js";

const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const PRIVATE = "dab4b7e8-9783-8a7c-87b8-8657aef61edf"; // of KEY, from docs/protocol.md
const OPEN = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";

test("only UUIDs of version 8 are private, regardless of their variant", () => {
  for (const uuid of [PRIVATE, PRIVATE.toUpperCase(), PRIVATE.replace("-87b8", "-c7b8")]) {
    assert.ok(isPrivate(uuid), uuid);
  }
  const open = [OPEN, PRIVATE.replace("-8a7c", "-7a7c"), ""];
  for (const uuid of open) assert.ok(!isPrivate(uuid), uuid);
});

test("the link for people who may watch ends in the key, which is read back from its fragment", () => {
  const link = watchLink({ server: "https://a.example/team", uuid: PRIVATE, key: KEY });
  assert.equal(link, `https://a.example/team/view/${PRIVATE}#key=${KEY}`);
  assert.equal(keyIn(new URL(link).hash), KEY);
  for (const after of [".", "%20", ")", "&tab=2", "#"])
    assert.equal(keyIn(`#key=${KEY}${after}`), KEY);
  assert.equal(
    watchLink({ server: "https://a.example", uuid: OPEN, key: "" }).includes("#"),
    false,
  );
  for (const fragment of ["", "#", "#key=", "#headers", `#KEY=${KEY}`])
    assert.equal(keyIn(fragment), "");
});

test("a key has 22 characters of base64url", () => {
  assert.ok(isKey(KEY));
  for (const text of ["", KEY.slice(1), `${KEY}A`, `${KEY.slice(1)}+`, `${KEY}\n`])
    assert.ok(!isKey(text));
});

test("only calls for a private callback have the header with the key", () => {
  assert.equal(apiHeaders(KEY)["Webhook-View-Key"], KEY);
  assert.deepEqual(apiHeaders(""), { "Content-Type": "application/json" });
});
