import assert from "node:assert/strict";
import { test } from "node:test";
import { highlight } from "../../../static/js/body/highlight.js";

/**
 * @param {string} source
 * @param {string} tone
 */
const toned = (source, tone) =>
  highlight(source)
    .filter((run) => run.tone === tone)
    .map((run) => run.text);

test("tags, attributes, values and comments have different tones", () => {
  const source = '<a b="c">d</a><!-- e -->&amp;';
  assert.deepEqual(toned(source, "key"), ["<a", ">", "</a>"]);
  assert.deepEqual(toned(source, "word"), ["b"]);
  assert.deepEqual(toned(source, "string"), ['="c"']);
  assert.deepEqual(toned(source, "comment"), ["<!-- e -->"]);
  assert.deepEqual(toned(source, "number"), ["&amp;"]);
});

test("names with prefixes, values without quotes and empty elements have tones", () => {
  const source = "<?xml version='1.0'?><x:a xmlns:x='u' d=1 e/><![CDATA[<f>]]>";
  assert.deepEqual(toned(source, "key"), ["<x:a", "/>"]);
  assert.deepEqual(toned(source, "word"), ["xmlns:x", "d", "e"]);
  assert.deepEqual(toned(source, "string"), ["='u'", "=1", "<![CDATA[<f>]]>"]);
  assert.deepEqual(toned(source, "comment"), ["<?xml version='1.0'?>"]);
});

test("a less-than sign between words does not begin a tag", () => {
  assert.deepEqual(toned("a < b > c", "key"), []);
});

test("the runs of any source add up to the source", () => {
  for (const source of [
    "<script>alert(1)</script><img src=x onerror='a'>",
    "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a><![CDATA[<b>]]></a>",
    "no markup < at > all & \u0000",
    "<a <b <c='",
    "<a b=>\"'</",
    "",
  ]) {
    const runs = highlight(source);
    assert.equal(runs.map(({ text }) => text).join(""), source);
  }
});
