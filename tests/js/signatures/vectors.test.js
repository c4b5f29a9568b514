/**
 * Check signatures against the vectors that Python tests read, too: valid ones from the providers'
 * documentation (test names mention other sources), and wrong ones with the expected verdicts.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ALGORITHMS, hmac, utf8 } from "../../../static/js/signatures/hmac.js";
import { PROVIDERS } from "../../../static/js/signatures/providers.js";
import { sample } from "../samples.js";

/**
 * @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../../../static/js/signatures/providers.js").Provider} Provider
 *
 * @typedef {object} Vector
 * @property {string} about
 * @property {string} provider
 * @property {Record<string, string>} fields  the entered values
 * @property {string} content
 * @property {Record<string, string>} headers
 * @property {number} [signed_at]  seconds since 1970
 *
 * @typedef {Vector & { complete?: boolean, reason: string, text: string }} WrongVector
 */

/** @type {Vector[]} */
const VECTORS = JSON.parse(
  readFileSync(new URL("../../fixtures/signatures.json", import.meta.url), "utf-8"),
);

/** @type {WrongVector[]} */
const WRONG = JSON.parse(
  readFileSync(new URL("../../fixtures/signatures_wrong.json", import.meta.url), "utf-8"),
);

/**
 * @param {string} content
 * @param {Record<string, string>} headers
 * @param {Partial<CapturedRequest>} [fields]
 */
function signed(content, headers, fields) {
  const body = { size: Buffer.byteLength(content), encoding: "utf-8", content, complete: true };
  return sample({
    headers: Object.entries(headers),
    body: /** @type {CapturedRequest["body"]} */ (body),
    ...fields,
  });
}

/** @param {string} id */
function providerOf(id) {
  return /** @type {Provider} */ (PROVIDERS.find((provider) => provider.id === id));
}

/** @param {import("../../../static/js/signatures/verdict.js").Verdict} verdict */
function reasonOf(verdict) {
  return verdict.ok ? "valid" : verdict.reason;
}

/** @param {number | undefined} seconds */
function receivedAt(seconds) {
  return seconds ? { received_at: new Date(seconds * 1000).toISOString() } : {};
}

test("HMAC: RFC 2202 and RFC 4231, test case 2, for every algorithm", async () => {
  const expected = {
    "SHA-1": "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "SHA-256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "SHA-384":
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "SHA-512":
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  };
  for (const algorithm of ALGORITHMS) {
    const bytes = await hmac(algorithm, utf8("Jefe"), ["what do ya want", utf8(" for nothing?")]);
    assert.equal(Buffer.from(bytes).toString("hex"), expected[algorithm]);
  }
});

/** @type {{ vector: string, came_after: number, ok: boolean }[]} */
const TIMES = JSON.parse(
  readFileSync(new URL("../../fixtures/signature_times.json", import.meta.url), "utf-8"),
);

for (const { vector, came_after, ok } of TIMES) {
  test(`${vector}, which arrives ${came_after} seconds after it was signed`, async () => {
    const found = VECTORS.find(({ about }) => about === vector);
    assert.ok(found?.signed_at);
    const { provider, fields, content, headers, signed_at } = found;
    const request = signed(content, headers, receivedAt(signed_at + came_after));
    const reason = reasonOf(await providerOf(provider).check(request, fields));
    assert.equal(reason, ok ? "valid" : "timestamp");
  });
}

for (const { about, provider, fields, content, headers, signed_at } of VECTORS) {
  test(about, async () => {
    const request = signed(content, headers, receivedAt(signed_at));
    const { check } = providerOf(provider);
    assert.equal(reasonOf(await check(request, fields)), "valid");
    assert.equal(reasonOf(await check(request, { ...fields, secret: "AAAA" })), "secret");
  });
}

for (const { about, provider, fields, content, headers, complete = true, reason, text } of WRONG) {
  test(about, async () => {
    const request = signed(content, headers);
    request.body.complete = complete;
    const verdict = await providerOf(provider).check(request, fields);
    assert.deepEqual(verdict, { ok: false, reason, text });
  });
}
