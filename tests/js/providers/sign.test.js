/** The samples of the registry, signed as each provider does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Unsignable } from "../../../static/js/providers/signature-text.js";
import { sample } from "../samples.js";
import { canSign, check, fieldsOf, PROVIDERS, recognise, samplesOf, sign } from "./page.js";

/** @typedef {import("../../../static/js/providers/sign.js").OutgoingRequest} OutgoingRequest */

const URL_OF_CALLBACK = "https://hooks.example.com/0b9e7a52-6c1d-4f0e-9d53-2f6f5c1a7e10";
/** 2026-11-22T04:41:00Z, when the requests arrive. */
const NOW = 1795322460_000;

/** A secret for each format of a key. @type {Record<string, string>} */
const SECRETS = { text: "hush", base64: "aHVzaGh1c2g=", hex: "68757368" };

/** @param {import("../../../static/js/providers/registry.js").Provider} provider */
function secretOf({ signatures: [signature] = [] }) {
  const { key = "text", prefix = "", only = "" } = "like" in signature ? {} : signature.secret;
  return (only || prefix) + SECRETS[key];
}

/**
 * @param {OutgoingRequest} outgoing
 * @param {string} [body]
 */
function received({ method, url, headers, body: sent }, body = sent) {
  const { pathname, search } = new URL(url);
  return sample({
    ...{ method, headers, path: pathname, query_string: search.slice(1) },
    body: { size: Buffer.byteLength(body), encoding: "utf-8", content: body, complete: true },
  });
}

for (const provider of PROVIDERS) {
  test(`${provider.id}: its samples are recognised, and valid when signed`, async () => {
    for (const outgoing of await samplesOf(provider.id, URL_OF_CALLBACK, NOW)) {
      if (!canSign(provider, outgoing)) continue;
      const secret = secretOf(provider);
      const signed = await sign(outgoing, provider, { secret }, NOW);
      const request = received(signed);
      assert.equal(recognise(request)?.provider.id, provider.id);
      const verdict = await check(request, provider, { secret });
      assert.equal(verdict.ok, true, JSON.stringify(verdict));
      const wrong = await check(request, provider, { secret: `${secret}BBBB` });
      assert.equal(wrong.ok || wrong.reason, "secret", JSON.stringify(wrong));
    }
  });
}

/**
 * @param {string} id
 * @param {Pick<OutgoingRequest, "headers" | "body">} content
 */
async function signatureOf(id, content) {
  const provider = PROVIDERS.find((each) => each.id === id);
  assert.ok(provider);
  const outgoing = { method: "POST", url: URL_OF_CALLBACK, ...content };
  const { headers } = await sign(outgoing, provider, { secret: "hush" }, NOW);
  return headers.at(-1)?.[1] ?? "";
}

test("WorkOS's signature has a space between its pairs: its Python library splits the header there", async () => {
  assert.match(await signatureOf("workos", { headers: [], body: "{}" }), /^t=1795322460000, v1=/);
});

test("WebSub's signature has the hash that all subscribers know", async () => {
  assert.match(await signatureOf("websub", { headers: [], body: "{}" }), /^sha256=/);
  const provider = PROVIDERS.find(({ id }) => id === "websub");
  assert.ok(provider);
  assert.deepEqual(
    fieldsOf(provider, sample(), {}).map(({ label }) => label),
    ["hub.secret"],
  );
});

test("Twilio's signature has the hash that the request names", async () => {
  const name = "X-Twilio-Webhooks-Signature-Settings";
  /** @type {[string, string][]} */
  const headers = [[name, "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"]];
  assert.equal((await signatureOf("twilio", { headers, body: "" })).length, 44);
  assert.equal((await signatureOf("twilio", { headers: [], body: "" })).length, 28);
});

test("a request that cannot be signed has a message for people", async () => {
  const outgoing = { method: "POST", url: URL_OF_CALLBACK, headers: [], body: "{}" };
  const provider = { id: "x", name: "X", documentation: "", recognise: {} };
  /** @param {Partial<import("../../../static/js/providers/registry.js").Signature>[]} signatures */
  const signing = (...signatures) =>
    sign(
      outgoing,
      { ...provider, signatures: signatures.map((each) => ({ ...HMAC, ...each })) },
      FIELDS,
    );
  const only = { secret: { label: "Secret", only: "whsec_" } };
  const base64 = { secret: { label: "Secret", key: /** @type {const} */ ("base64") } };
  const timestamp = { at: "form:time", unit: /** @type {const} */ ("seconds") };
  await assert.rejects(signing(), isUnsignable(/X does not sign requests/));
  await assert.rejects(signing(only), isUnsignable(/starts with whsec_\. Enter it whole/));
  await assert.rejects(signing({ kind: "rsa" }), isUnsignable(/private key/));
  await assert.rejects(signing({ signed: "{header:x-id}" }), isUnsignable(/signs the x-id header/));
  await assert.rejects(signing(base64), isUnsignable(/not valid base64, as X requires/));
  await assert.rejects(signing({ at: "json:/a/b" }), isUnsignable(/no place for the JSON value/));
  await assert.rejects(signing({ timestamp }), isUnsignable(/no form field time/));
});

const FIELDS = { secret: "hush!" };
/** @type {import("../../../static/js/providers/registry.js").Signature} */
const HMAC = { kind: "hmac", at: "header:X-Signature", secret: { label: "Secret" } };

/** @param {RegExp} pattern */
function isUnsignable(pattern) {
  return (/** @type {Error} */ error) => error instanceof Unsignable && pattern.test(error.message);
}

test("without WebCrypto, a signature is not made and a token is", async (context) => {
  context.mock.getter(globalThis, "crypto", () => ({ getRandomValues: () => {} }));
  const outgoing = { method: "POST", url: URL_OF_CALLBACK, headers: [], body: "{}" };
  const [github, gitlab] = ["github", "gitlab"].map((id) => {
    const found = PROVIDERS.find((each) => each.id === id);
    assert.ok(found);
    return found;
  });
  await assert.rejects(sign(outgoing, github, { secret: "hush" }), (error) => {
    assert.ok(error instanceof Unsignable);
    assert.match(error.message, /only on https and localhost/);
    return true;
  });
  const { headers } = await sign(outgoing, gitlab, { secret: "hush" });
  assert.deepEqual(headers.at(-1), ["X-Gitlab-Token", "hush"]);
});
