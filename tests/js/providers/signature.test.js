import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { GENERIC } from "../../../static/js/providers/generic.js";
import { HASHES, hmac } from "../../../static/js/providers/hashes.js";
import { utf8 } from "../../../static/js/text/encoding.js";
import { sample } from "../samples.js";
import { check, emptyField, fieldsOf, providerOf, signerOf, valuesOf } from "./page.js";

/** @typedef {import("../../../static/js/providers/registry.js").Provider} Provider */

const [GITHUB, GITLAB, TWILIO, STANDARD_WEBHOOKS] = [
  ...["github", "gitlab", "twilio", "standard-webhooks"],
].map((id) => /** @type {Provider} */ (providerOf(id)));

const SECRET = "hush";

/** @param {string | Uint8Array} content */
function hex(content) {
  return createHmac("sha256", SECRET).update(content).digest("hex");
}

test("HMAC: RFC 2202 and RFC 4231, test case 2, for every hash", async () => {
  const expected = {
    "SHA-1": "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "SHA-256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "SHA-384":
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "SHA-512":
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  };
  for (const hash of HASHES) {
    const bytes = await hmac(hash, utf8("Jefe"), ["what do ya want", utf8(" for nothing?")]);
    assert.equal(Buffer.from(bytes).toString("hex"), expected[hash]);
  }
});

test("a binary body is checked byte by byte", async () => {
  const bytes = Uint8Array.of(0, 255, 128);
  const content = Buffer.from(bytes).toString("base64");
  const request = sample({
    headers: [["x-hub-signature-256", `sha256=${hex(bytes)}`]],
    body: { size: 3, encoding: "base64", content, complete: true },
  });
  assert.equal((await check(request, GITHUB, { secret: SECRET })).ok, true);
  assert.equal((await check(request, GITHUB, { secret: "other" })).ok, false);
});

test("a template can name several headers", async () => {
  const request = sample({
    headers: [
      ["X-A", "1"],
      ["X-Sign", hex("1||1")],
    ],
  });
  const fields = { secret: SECRET, header: "x-sign", signed: "{header:X-A}|{body}|{header:x-a}" };
  assert.deepEqual(await check(request, GENERIC, fields), { ok: true, notes: [] });
  for (const signed of ["{bodi}", "{body", "[{body}", "{header:}"]) {
    const verdict = await check(request, GENERIC, { ...fields, signed });
    assert.match(verdict.ok ? "" : verdict.text, /^The signed content is not valid\./, signed);
  }
});

test("the provider of a request that is signed, or may be, is chosen", () => {
  /** @type {[header: string, id: string | undefined][]} */
  const cases = [
    ["x-hub-signature-256", "generic"],
    ["X-Gitlab-Token", "gitlab"],
    ["X-Slack-Signature", "slack"],
    ["Webhook-Signature", "standard-webhooks"],
    ["X-Own-Signature", "generic"],
    ["X-Forwarded-For", undefined],
  ];
  for (const [header, id] of cases) {
    assert.equal(signerOf(sample({ headers: [[header, "x"]] }))?.id, id, header);
  }
});

test("the form asks for the secret and the options of the signature in the request", () => {
  const request = sample({ query_string: "a=1" });
  const url = `https://hooks.example.com${request.path}?a=1`;
  const fields = fieldsOf(TWILIO, request, {});
  assert.deepEqual(valuesOf(fields, {}), { secret: "", url });
  assert.deepEqual(valuesOf(fields, { url: "" }), { secret: "", url: "" }, "entered");
  assert.equal(emptyField(fields, { secret: "s", url: "" })?.name, "url");
});

test("the secret decides which of two signatures the form describes", () => {
  const label = (/** @type {Provider} */ provider, /** @type {string} */ secret) =>
    fieldsOf(provider, sample(), { secret })[0].label;
  assert.notEqual(label(GITLAB, "whsec_A"), label(GITLAB, "A"));
  assert.notEqual(label(STANDARD_WEBHOOKS, "whpk_A"), label(STANDARD_WEBHOOKS, "A"));
});

test("the fields of another HMAC have defaults from the request", () => {
  const request = sample({ headers: [["X-Foo-Hmac-Sha256", "x"]] });
  const fields = fieldsOf(GENERIC, request, {});
  const values = valuesOf(fields, { secret: "s", signed: "" });
  assert.equal(values.header, "X-Foo-Hmac-Sha256");
  assert.equal(values.algorithm, "SHA-256");
  assert.equal(emptyField(fields, values)?.name, "signed");
  assert.equal(emptyField(fields, { ...values, signed: "{body}" }), undefined);
});

test("the hash that a signature names is the default of another HMAC", () => {
  const request = sample({ headers: [["X-Hub-Signature-256", "sha256=00"]] });
  const { header, algorithm, prefix } = valuesOf(fieldsOf(GENERIC, request, {}), {});
  assert.deepEqual([header, algorithm, prefix], ["X-Hub-Signature-256", "SHA-256", "sha256="]);
  const old = sample({ headers: [["X-Hub-Signature", "sha1=00"]] });
  assert.equal(valuesOf(fieldsOf(GENERIC, old, {}), {}).algorithm, "SHA-1");
});

test("without WebCrypto, tokens can be checked and signatures cannot", async (context) => {
  context.mock.getter(globalThis, "crypto", () => ({}));
  const request = sample({
    headers: [
      ["X-Gitlab-Token", SECRET],
      ["X-Hub-Signature-256", "sha256=00"],
    ],
  });
  assert.equal((await check(request, GITLAB, { secret: SECRET })).ok, true);
  const verdict = await check(request, GITHUB, { secret: SECRET });
  assert.equal(verdict.ok || verdict.reason, "unsupported");
});
