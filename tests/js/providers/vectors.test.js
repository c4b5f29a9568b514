/** The vectors that the Python tests read, too: tests/providers/vectors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { GENERIC } from "../../../static/js/providers/generic.js";
import {
  check,
  findHandshake,
  handshakeResponse,
  providerOf,
  recognise,
  summarise,
} from "./page.js";
import { linesOf, requestOf, vectorsByFile } from "./vectors.js";

for (const [file, vectors] of vectorsByFile()) {
  for (const vector of vectors) {
    const request = requestOf(vector);

    test(`${file}: ${vector.about}`, async () => {
      const { recognised, summary, signature, handshake } = vector;
      if (recognised === null) assert.equal(recognise(request), null);
      else if (recognised) assert.deepEqual(recognitionOf(request, recognised), recognised);
      if (summary !== undefined) assert.equal(summaryText(request), summary);
      if (signature) await checkSignature(request, file, signature);
      if (handshake === null) assert.equal(findHandshake(request), null);
      else if (handshake) await checkHandshake(request, handshake);
    });
  }
}

/**
 * Return the values that a vector names.
 * @param {import("./vectors.js").CapturedRequest} request
 * @param {Record<string, unknown>} expected
 */
function recognitionOf(request, expected) {
  const found = recognise(request);
  /** @type {Record<string, unknown>} */
  const values = { ...found, provider: found?.provider.id };
  return Object.fromEntries(Object.keys(expected).map((key) => [key, values[key]]));
}

/**
 * @param {import("./vectors.js").CapturedRequest} request
 * @param {string} file
 * @param {import("./vectors.js").SignatureVector} vector
 */
async function checkSignature(
  request,
  file,
  { provider: id = file, secret, options, ...expected },
) {
  const provider = id === GENERIC.id ? GENERIC : providerOf(id);
  assert.ok(provider);
  const verdict = await check(request, provider, { ...options, secret });
  const actual = /** @type {Record<string, unknown>} */ (verdict);
  const named = Object.keys(expected).map((key) => [key, actual[key]]);
  assert.deepEqual(Object.fromEntries(named), expected, JSON.stringify(verdict));
}

/**
 * @param {import("./vectors.js").CapturedRequest} request
 * @param {import("./vectors.js").HandshakeVector} vector
 */
async function checkHandshake(
  request,
  { secret, options, invalid, status, headers = {}, body = "" },
) {
  assert.equal(findHandshake(request)?.needsSecret, secret !== undefined);
  const response = await handshakeResponse(request, secret, options);
  if (invalid) return assert.equal(response, null);
  assert.ok(response);
  assert.equal(response.status, status);
  assert.equal(response.body, body);
  for (const [name, value] of linesOf(headers)) {
    assert.deepEqual(
      response.headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()),
      [[name, value]],
    );
  }
}

/** @param {import("./vectors.js").CapturedRequest} request */
function summaryText(request) {
  const { provider, event, text } = summarise(request);
  return [provider, event, text].filter(Boolean).join(" · ");
}
