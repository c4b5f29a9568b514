import assert from "node:assert/strict";
import { test } from "node:test";
import { xmlLines } from "../../../static/js/body/xml-lines.js";

/** @param {string} xml */
const laidOut = (xml) => [...xmlLines(xml)].join("");

test("elements that contain elements get separate lines, and elements with text stay on one line", () => {
  const xml = "<?xml version='1.0'?><a><b c='>'><d>text</d><e/></b><f></f></a>";
  assert.deepEqual(laidOut(xml).split("\n"), [
    "<?xml version='1.0'?>",
    "<a>",
    "  <b c='>'>",
    "    <d>text</d>",
    "    <e/>",
    "  </b>",
    "  <f></f>",
    "</a>",
  ]);
});

test("indented XML does not change", () => {
  const once = laidOut("<a>\n\t<b>1</b>\n\n<!-- <c> -->\n</a>\n");
  assert.equal(once, "<a>\n  <b>1</b>\n  <!-- <c> -->\n</a>");
  assert.equal(laidOut(once), once);
});

test("text between tags and CDATA keep every character", () => {
  const xml = "<p>one <b>two</b> three<![CDATA[ <x> ]]></p>";
  assert.equal(laidOut(xml), xml);
});

test("text that is not XML loses only white space", () => {
  for (const text of [
    "<",
    "<<<",
    "<a",
    "a > b",
    "</a></b>",
    "<a b='<c>",
    "<!-- ",
    "<![CDATA[x",
    "<?",
  ]) {
    assert.equal(laidOut(text).replace(/\s/g, ""), text.replace(/\s/g, ""));
  }
});

test("an internal DTD is indented, and its declarations are ignored", () => {
  const xml =
    "<?xml version='1.0'?><!DOCTYPE a SYSTEM 'x[y' [<!ENTITY b '<c>]'><!-- d ] --><!ELEMENT a (#PCDATA)>%e;] ><a>&b;</a>";
  assert.deepEqual(laidOut(xml).split("\n"), [
    "<?xml version='1.0'?>",
    "<!DOCTYPE a SYSTEM 'x[y' [",
    "  <!ENTITY b '<c>]'>",
    "  <!-- d ] -->",
    "  <!ELEMENT a (#PCDATA)>%e;] >",
    "<a>&b;</a>",
  ]);
  assert.equal(laidOut("<!DOCTYPE a []><a/>"), "<!DOCTYPE a []>\n<a/>");
});

test("an unclosed DTD stays complete", () => {
  for (const text of [
    "<!DOCTYPE a [",
    "<!DOCTYPE a [<!ENTITY",
    "<!DOCTYPE a [x]",
    "<!DOCTYPE a [<b>]",
  ]) {
    assert.equal(laidOut(text).replace(/\s/g, ""), text.replace(/\s/g, ""));
  }
});
