import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { decoderOf } from "../../../static/js/body/charset.js";
import { codingsOf } from "../../../static/js/body/content-coding.js";
import { parametersOf } from "../../../static/js/body/header-parameters.js";
import { partsOf } from "../../../static/js/body/multipart.js";
import { harEntry } from "../../../static/js/export/har.js";
import { mediaTypeOf } from "../../../static/js/wire/captured.js";
import { sample } from "../samples.js";

/** Python tests read the same file. */
const FIXTURE = new URL("../../fixtures/header_values.json", import.meta.url);
const vectors = JSON.parse(await readFile(FIXTURE, "utf-8"));

/** @type {import("../../../static/js/wire/contract.js").Body} */
const BODY = { size: 1, encoding: "utf-8", content: "x", complete: true };

/**
 * @param {string} name
 * @param {string} value
 */
const withLine = (name, value) => sample({ headers: [[name, value]], body: BODY });

test("a media type keeps white space other than spaces and tabs", () => {
  for (const [value, type] of vectors.media_types) assert.equal(mediaTypeOf(value), type);
});

test("the name of a content coding keeps white space other than spaces and tabs", () => {
  for (const [value, codings] of vectors.codings) {
    assert.deepEqual(codingsOf(withLine("Content-Encoding", value)), codings);
  }
});

test("a cookie keeps white space other than spaces and tabs", () => {
  for (const [value, pairs] of vectors.cookies) {
    const { cookies } = harEntry(withLine("Cookie", value), "https://hooks.example.com").request;
    const found = cookies.map(({ name, value }) => [name, value]);
    assert.deepEqual(found, pairs);
  }
});

test("a parameter keeps white space other than spaces and tabs", () => {
  for (const [value, name, expected] of vectors.parameters) {
    assert.equal(parametersOf(value).get(name) ?? "", expected, JSON.stringify([value, name]));
  }
});

test("the name of a charset keeps white space other than spaces and tabs", () => {
  for (const [value, isKnown] of vectors.charsets) {
    const label = parametersOf(`text/plain;charset=${value}`).get("charset") ?? "";
    assert.equal(decoderOf(label)?.encoding, isKnown ? "windows-1252" : undefined, value);
  }
});

test("the transfer encoding of a part keeps white space other than spaces and tabs", () => {
  for (const [value, isKnown] of vectors.transfer_encodings) {
    const text = `--b\r\nContent-Transfer-Encoding:${value}\r\n\r\naGk=\r\n--b--`;
    const { parts } = partsOf(new TextEncoder().encode(text), "multipart/mixed; boundary=b");
    assert.equal(new TextDecoder().decode(parts[0].bytes), isKnown ? "hi" : "aGk=", value);
  }
});
