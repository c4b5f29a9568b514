import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inAscii,
  mediaType,
  methodTone,
  pathSegments,
  queryOf,
  queryParameters,
  subpathAndQuery,
  textOfLine,
} from "../../../static/js/wire/captured.js";
import { sample } from "../samples.js";

test("the list shows the subpath and the query", () => {
  const request = sample({ subpath: "/orders//7%2F8", query_string: "a=1&a=2" });
  assert.equal(subpathAndQuery(request), "/orders//7%2F8?a=1&a=2");
});

test("a request to the callback itself shows as a slash", () => {
  assert.equal(subpathAndQuery(sample()), "/");
});

test("the media type is the lower-case value of the first Content-Type, without parameters", () => {
  const headers = /** @type {[string, string][]} */ ([
    ["CONTENT-type", "Application/JSON; charset=utf-8"],
    ["Content-Type", "text/plain"],
  ]);
  assert.equal(mediaType(sample({ headers })), "application/json");
  assert.equal(mediaType(sample()), "");
});

test("query parameters keep order and duplicates and are decoded for reading", () => {
  assert.deepEqual(queryParameters("a=1&a=2&b=gr%C3%BC%C3%9Fe+an&c&=d&e=f=g"), [
    ["a", "1"],
    ["a", "2"],
    ["b", "grüße an"],
    ["c", ""],
    ["", "d"],
    ["e", "f=g"],
  ]);
});

test("a query that cannot be decoded is shown as sent", () => {
  assert.deepEqual(queryParameters("a=%ff&b=100%"), [
    ["a", "%ff"],
    ["b", "100%"],
  ]);
});

test('an unknown method has the tone "other"', () => {
  assert.equal(methodTone("POST"), "create");
  assert.equal(methodTone("PURGE"), "other");
  assert.equal(methodTone("constructor"), "other");
});

test("segments of the subpath are numbered and decoded, and a plus stays a plus", () => {
  const subpath = "/orders//a%2Fb/100%/c+d/";
  assert.deepEqual(pathSegments(sample({ subpath })), [
    ["1", "orders"],
    ["2", ""],
    ["3", "a/b"],
    ["4", "100%"],
    ["5", "c+d"],
    ["6", ""],
  ]);
  for (const subpath of ["", "/"]) assert.deepEqual(pathSegments(sample({ subpath })), []);
});

test("only the first fields of a long form are read", () => {
  assert.equal(queryParameters("a=1&".repeat(5000), 1000).length, 1000);
});

test("bytes of a head are read as UTF-8 if they are valid UTF-8, else as Latin-1", () => {
  assert.equal(textOfLine("Z\xc3\xbcrich"), "Zürich");
  assert.equal(textOfLine("caf\xe9"), "café");
  assert.equal(textOfLine("plain"), "plain");
});

test("raw bytes in a target are decoded like escapes, and escaped in URLs", () => {
  const request = sample({
    subpath: `/\xc3\xbc/\xe9`,
    query_string: "c=Z\xc3\xbcrich&d=\xe9",
  });
  assert.deepEqual(queryOf(request), [
    ["c", "Zürich"],
    ["d", "%E9"],
  ]);
  assert.deepEqual(pathSegments(request), [
    ["1", "ü"],
    ["2", "%E9"],
  ]);
  assert.equal(inAscii("/Z\xc3\xbcrich?\x9b"), "/Z%C3%BCrich?%9B");
});
