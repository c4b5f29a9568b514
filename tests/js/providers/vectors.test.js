/** The vectors that the Python tests read, too: tests/providers/vectors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { recognise } from "../../../static/js/providers/recognise.js";
import { summarise } from "../../../static/js/providers/summary.js";
import { requestOf, vectorsByFile } from "./vectors.js";

for (const [file, vectors] of vectorsByFile()) {
  for (const vector of vectors) {
    const request = requestOf(vector);

    test(`${file}: ${vector.about}`, async () => {
      const { recognised, summary } = vector;
      if (recognised === null) assert.equal(recognise(request), null);
      else if (recognised) assert.deepEqual(recognitionOf(request, recognised), recognised);
      if (summary !== undefined) assert.equal(summaryText(request), summary);
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

/** @param {import("./vectors.js").CapturedRequest} request */
function summaryText(request) {
  const { provider, event, text } = summarise(request);
  return [provider, event, text].filter(Boolean).join(" · ");
}
