import assert from "node:assert/strict";
import { test } from "node:test";
import { titleText } from "../../../static/js/browser/alerts.js";
import { withDot } from "../../../static/js/browser/icon.js";

const NAME = "0b9e7a52… · Webhook Logger";

test("the title has the name of the callback and the number of unseen requests", () => {
  assert.equal(titleText(NAME, "", 3), `(3) ${NAME}`);
  assert.equal(titleText(NAME, "", 0), NAME);
  assert.equal(titleText(NAME, "A · $& B", 3), "(3) A · $& B · Webhook Logger");
});

test("a dot is added to the page's icon", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><style>svg{stroke:#4a4fdb}</style></svg>';
  const href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  const shown = decodeURIComponent(withDot(href));
  assert.match(shown, /^data:image\/svg\+xml,<svg .*<circle [^>]*\/><\/svg>$/);
});

test("large counts are shortened, so that the name stays visible", () => {
  assert.equal(titleText(NAME, "", 999), `(999) ${NAME}`);
  assert.equal(titleText(NAME, "", 12_345), `(999+) ${NAME}`);
});
