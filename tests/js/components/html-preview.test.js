import assert from "node:assert/strict";
import { test } from "node:test";
import { previewDocument } from "../../../static/js/components/html-preview.js";

test("the policy stands before all that a stranger wrote", () => {
  const source = "<!doctype html><meta charset=utf-7><p>hi";
  const [before, after] = previewDocument(source).split('<base target="_blank">');
  assert.match(
    before,
    /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'[^"<>]*">$/,
  );
  assert.equal(after, source);
});

test("what a browser connects for, allowed or not, is no such element any more", () => {
  const source = "<IFRAME src=a></IFRAME><frameset><frame src=b><Link rel=preconnect href=c>";
  const all =
    "<no-IFRAME src=a></IFRAME><no-frameset><no-frame src=b><no-Link rel=preconnect href=c>";
  assert.ok(previewDocument(source).endsWith(all));
});
