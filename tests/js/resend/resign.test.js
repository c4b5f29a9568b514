import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { signedAgain, signerToRepeat } from "../../../static/js/resend/resign.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

const URL = new globalThis.URL("http://localhost:3000/");
const NOW = Date.UTC(2026, 10, 29);
const SECONDS = String(NOW / 1000);
const SECRET = "whsec_a";

/** @param {string} content */
const body = (content) => ({
  ...{ size: content.length, encoding: /** @type {const} */ ("utf-8"), content, complete: true },
});

/** @param {string} text */
const hmac = (text) => createHmac("sha256", SECRET).update(text).digest("hex");

test("an edited request gets a new signature with the time of now", async () => {
  const request = sample({
    headers: [
      ["Stripe-Signature", "t=1,v1=00"],
      ["X-A", "1"],
    ],
    body: body('{"a":2}'),
  });
  const provider = signerToRepeat(request) ?? assert.fail("Stripe is not recognised");
  const signed = await signedAgain(request, URL, provider, { secret: SECRET }, NOW);
  assert.deepEqual(signed.headers, [
    ["X-A", "1"],
    ["Stripe-Signature", `t=${SECONDS},v1=${hmac(`${SECONDS}.{"a":2}`)}`],
  ]);
  assert.deepEqual(signed.body, request.body);
});

test("a timestamp in a header is replaced, too", async () => {
  const request = sample({
    headers: [
      ["X-Slack-Request-Timestamp", "1"],
      ["X-Slack-Signature", "v0=00"],
    ],
    body: body("a=1"),
  });
  const provider = signerToRepeat(request) ?? assert.fail("Slack is not recognised");
  const signed = await signedAgain(request, URL, provider, { secret: SECRET }, NOW);
  assert.deepEqual(Object.fromEntries(signed.headers), {
    "X-Slack-Request-Timestamp": SECONDS,
    "X-Slack-Signature": `v0=${hmac(`v0:${SECONDS}:a=1`)}`,
  });
});

test("tokens, binary bodies and unknown requests are not signed again", () => {
  const binary = {
    size: 1,
    encoding: /** @type {const} */ ("base64"),
    content: "/w==",
    complete: true,
  };
  for (const fields of /** @type {Partial<CapturedRequest>[]} */ ([
    {},
    {
      headers: [
        ["X-Gitlab-Event", "Push Hook"],
        ["X-Gitlab-Token", "a"],
      ],
    },
    { headers: [["Stripe-Signature", "t=1,v1=00"]], body: binary },
  ])) {
    assert.equal(signerToRepeat(sample(fields)), undefined);
  }
});
