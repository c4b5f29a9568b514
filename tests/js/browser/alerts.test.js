import assert from "node:assert/strict";
import { test } from "node:test";
import { titleText } from "../../../static/js/browser/alerts.js";

const NAME = "0b9e7a52… · Webhook Logger";

test("the title has the number of unseen requests", () => {
  assert.equal(titleText(NAME, 3), `(3) ${NAME}`);
});

test("the title is the name if all requests are seen", () => {
  assert.equal(titleText(NAME, 0), NAME);
});

test("large counts are shortened, so that the name stays visible", () => {
  assert.equal(titleText(NAME, 999), `(999) ${NAME}`);
  assert.equal(titleText(NAME, 12_345), `(999+) ${NAME}`);
});
