import assert from "node:assert/strict";
import { test } from "node:test";
import { previewDocument } from "../../../static/js/components/html-preview.js";

test("the policy comes before the captured HTML", () => {
  const source = "<!doctype html><meta charset=utf-7><p>hi";
  const [before, after] = previewDocument(source).split('<base target="_blank">');
  assert.match(
    before,
    /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'[^"<>]*">$/,
  );
  assert.equal(after, source);
});

test("elements that connect despite the policy are renamed", () => {
  const source = "<IFRAME src=a></IFRAME><frameset><frame src=b><Link rel=preconnect href=c>";
  const all =
    "<no-IFRAME src=a></IFRAME><no-frameset><no-frame src=b><no-Link rel=preconnect href=c>";
  assert.ok(previewDocument(source).endsWith(all));
});
