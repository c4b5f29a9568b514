import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import {
  detect,
  emptyField,
  fieldsOf,
  PROVIDERS,
} from "../../../static/js/signatures/providers.js";
import { sample } from "../samples.js";

/**
 * @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../../../static/js/signatures/providers.js").Provider} Provider
 */

const SECRET = "hush";
/** 2026-11-22T04:41:00Z, when the samples arrive. */
const ARRIVED = 1795322460;

/** @param {string} id */
function providerOf(id) {
  return /** @type {Provider} */ (PROVIDERS.find((provider) => provider.id === id));
}

/**
 * @param {string} content
 * @param {Record<string, string>} headers
 * @param {boolean} [complete]
 */
function post(content, headers, complete = true) {
  const size = Buffer.byteLength(content);
  return sample({
    headers: Object.entries(headers),
    body: { size, encoding: "utf-8", content, complete },
  });
}

/**
 * @param {string} content
 * @param {string} [secret]
 */
function hex(content, secret = SECRET) {
  return createHmac("sha256", secret).update(content).digest("hex");
}

/** @param {number} seconds */
function stripe(seconds) {
  return post("{}", { "Stripe-Signature": `t=${seconds},v1=${hex(`${seconds}.{}`)}` });
}

/**
 * @param {string} id
 * @param {CapturedRequest} request
 * @param {string} [secret]
 */
async function wrong(id, request, secret = SECRET) {
  const verdict = await providerOf(id).check(request, { secret, url: "https://example.com/" });
  assert.equal(verdict.ok, false);
  return verdict.ok ? { reason: "", text: "" } : verdict;
}

test("a timestamp can differ by five minutes from the arrival of the request", async () => {
  for (const age of [300, -300, 0]) {
    assert.equal(
      (await providerOf("stripe").check(stripe(ARRIVED - age), { secret: SECRET })).ok,
      true,
    );
  }
  assert.equal(
    (await providerOf("stripe").check(stripe(ARRIVED + 301), { secret: SECRET })).ok,
    true,
  );
});

test("a valid verdict shows when the request was signed", async () => {
  const verdict = await providerOf("stripe").check(stripe(ARRIVED - 61), { secret: SECRET });
  assert.deepEqual(verdict, { ok: true, notes: ["Signed 1 minute before the request arrived."] });
});

test("a valid verdict shows which of several signatures matches", async () => {
  const header = `t=${ARRIVED},v1=${hex("no")},v1=${hex(`${ARRIVED}.{}`)}`;
  const request = post("{}", { "Stripe-Signature": header });
  const verdict = await providerOf("stripe").check(request, { secret: SECRET });
  assert.equal(verdict.ok && verdict.notes[0], "Signature 2 of the 2 in the header is valid.");
});

test("for Twilio, the host of the URL is enough, because the request has the rest", async () => {
  const target = { path: "/myapp.php", query_string: "foo=1&bar=2" };
  const request = { ...post("", { "X-Twilio-Signature": URL_SIGNATURE }), ...target };
  const fields = { secret: "12345", url: "https://mycompany.com" };
  const verdict = await providerOf("twilio").check(request, fields);
  assert.deepEqual(verdict, {
    ok: true,
    notes: ["It covers only the URL, which has no bodySHA256."],
  });
});

/** Covers only `https://mycompany.com/myapp.php?foo=1&bar=2`. */
const URL_SIGNATURE = createHmac("sha1", "12345")
  .update("https://mycompany.com/myapp.php?foo=1&bar=2")
  .digest("base64");

test("a binary body is checked byte by byte", async () => {
  const bytes = Uint8Array.of(0, 255, 128);
  const signature = createHmac("sha256", SECRET).update(bytes).digest("hex");
  const request = sample({
    headers: [["x-hub-signature-256", `sha256=${signature}`]],
    body: {
      size: 3,
      encoding: "base64",
      content: Buffer.from(bytes).toString("base64"),
      complete: true,
    },
  });
  assert.equal((await providerOf("github").check(request, { secret: SECRET })).ok, true);
  assert.equal((await wrong("github", request, "other")).reason, "secret");
});

test("the verdict on GitLab's secret token says that the body is not verified", async () => {
  const request = post("{}", { "X-Gitlab-Token": SECRET, "webhook-signature": "v1,x" });
  const verdict = await providerOf("gitlab").check(request, { secret: SECRET });
  assert.match(verdict.ok ? verdict.notes[0] : "", /not a signature/);
});

test("a template can name several headers, and the verdict names a missing one", async () => {
  const request = post("{}", { "X-A": "1", "X-Sign": hex("1|{}|1") });
  const fields = { secret: SECRET, header: "x-sign", algorithm: "SHA-256", encoding: "hex" };
  const { check } = providerOf("generic");
  const all = { ...fields, prefix: "", signed: "{header:X-A}|{body}|{header:x-a}" };
  assert.equal((await check(request, all)).ok, true);
  const verdict = await check(request, { ...all, signed: "{header:x-b}.{body}" });
  assert.match(verdict.ok ? "" : verdict.text, /no x-b header/);
});

test("each provider is recognised by its headers", () => {
  /** @type {[header: string, id: string | undefined][]} */
  const cases = [
    ["x-hub-signature-256", "github"],
    ["X-Hub-Signature", "github"],
    ["X-Gitlab-Token", "gitlab"],
    ["X-Shopify-Hmac-SHA256", "shopify"],
    ["X-Slack-Signature", "slack"],
    ["Stripe-Signature", "stripe"],
    ["X-Twilio-Signature", "twilio"],
    ["svix-signature", "standard-webhooks"],
    ["Webhook-Signature", "standard-webhooks"],
    ["Paddle-Signature", "generic"],
    ["X-Forwarded-For", undefined],
  ];
  for (const [header, id] of cases) assert.equal(detect(post("", { [header]: "x" }))?.id, id);
});

test("a signed request of GitLab is not detected as Standard Webhooks", () => {
  const headers = { "webhook-signature": "v1,x", "X-Gitlab-Event": "Push Hook" };
  assert.equal(detect(post("", headers))?.id, "gitlab");
});

test("fields have defaults from the request and keep entered values", () => {
  const request = { ...post("", { "X-Foo-Hmac-Sha256": "x" }), query_string: "a=1" };
  const url = `https://hooks.example.com${request.path}?a=1`;
  assert.deepEqual(fieldsOf(providerOf("twilio"), request, {}), { secret: "", url });
  const values = fieldsOf(providerOf("generic"), request, { secret: "s", signed: "" });
  assert.equal(values.header, "X-Foo-Hmac-Sha256");
  assert.equal(emptyField(providerOf("generic"), values)?.name, "signed");
  assert.equal(emptyField(providerOf("generic"), { ...values, signed: "{body}" }), undefined);
});
