import assert from "node:assert/strict";
import { test } from "node:test";
import { markupHighlighter } from "../../static/js/highlight.js";
import { effort } from "./effort.js";

const highlight = await markupHighlighter();

test("tags, attributes, values and comments are told apart", () => {
  const runs = highlight('<a b="c">d</a><!-- e -->&amp;');
  /** @param {string} tone */
  const toned = (tone) => runs.filter((run) => run.tone === tone).map((run) => run.text);
  assert.deepEqual(toned("key"), ["<a", ">", "</a>"]);
  assert.deepEqual(toned("word"), ["b"]);
  assert.deepEqual(toned("string"), ['="c"']);
  assert.deepEqual(toned("comment"), ["<!-- e -->"]);
  assert.deepEqual(toned("number"), ["&amp;"]);
});

test("the source comes back to the character, whatever it is", () => {
  for (const source of [
    "<script>alert(1)</script><img src=x onerror='a'>",
    "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a><![CDATA[<b>]]></a>",
    "no markup < at > all & \u0000",
    "",
  ]) {
    assert.equal(
      highlight(source)
        .map(({ text }) => text)
        .join(""),
      source,
    );
  }
});

test("source made to be slow is told apart in a moment", () => {
  for (const piece of ["<![CDATA[", "<?", "<!--", "<a ", "<a b=", '<a b="', "<!DOCTYPE a[", "&"]) {
    assert.ok(effort(() => highlight(piece.repeat(6144 / piece.length))) < 100, piece);
  }
});
