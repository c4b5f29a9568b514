import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRemembered } from "../../../static/js/providers/remembered-check.js";
import { sample } from "../samples.js";

/**
 * @param {string} content
 * @param {[string, string][]} [headers]
 */
function request(content, headers = []) {
  return sample({
    headers: [["Content-Type", "application/json"], ...headers],
    body: { size: content.length, encoding: "utf-8", content, complete: true },
  });
}

const SIGNED = { secret: "hush" };

test("handshakes that are never signed have no verdict", async () => {
  const unsigned = [
    request('{"verification_token": "secret_abc"}'),
    sample({ method: "GET", query_string: "crc_token=abc" }),
    sample({
      method: "GET",
      query_string: "hub.mode=subscribe&hub.challenge=1&hub.verify_token=a",
    }),
  ];
  for (const each of unsigned) assert.equal(await checkRemembered(each, SIGNED), undefined);
});

test("other requests without a signature are not signed", async () => {
  const verdict = await checkRemembered(request("{}", [["X-GitHub-Event", "push"]]), SIGNED);
  assert.equal(verdict?.ok === false && verdict.reason, "missing");
});

test("requests that the user cannot check have no verdict", async (context) => {
  const signed = request("{}", [
    ["X-GitHub-Event", "push"],
    ["X-Hub-Signature-256", "sha256=00"],
  ]);
  assert.equal(await checkRemembered(sample(), SIGNED), undefined, "unknown sender");
  assert.equal(await checkRemembered(signed, {}), undefined, "no secret");
  context.mock.getter(globalThis, "crypto", () => ({}));
  assert.equal(await checkRemembered(signed, SIGNED), undefined, "no WebCrypto");
});
