import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "@msgpack/msgpack";
import { decodeMsgpack } from "../../../static/js/body/msgpack.js";
import { findMsgpackError } from "../../../static/js/body/msgpack-check.js";

/** @param {string} hex */
const bytes = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

test("values of every format are decoded", () => {
  const value = {
    nothing: null,
    flags: [true, false],
    numbers: [0, -1, 200, -200, 70_000, -70_000, 1.5, 2 ** 40],
    texts: ["", "é", "x".repeat(300), "y".repeat(70_000)],
    lists: [Array(20).fill(1), Array(70_000).fill(1)],
    map: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, at])),
  };
  assert.deepEqual(JSON.parse(decodeMsgpack(encode(value)).json), value);
});

test("large integers keep their digits", () => {
  assert.equal(decodeMsgpack(bytes("cf ffffffffffffffff")).json, "18446744073709551615");
  assert.equal(decodeMsgpack(bytes("d3 8000000000000000")).json, "-9223372036854775808");
});

test("keys keep their order, duplicates and names that are special to JavaScript", () => {
  // {2: 1, "b": 2, "1": 3, "b": 4, "__proto__": {"x": 5}, "": 6, nil: 7}
  const sent = "87 02 01 a162 02 a131 03 a162 04 a95f5f70726f746f5f5f 81 a178 05 a0 06 c0 07";
  const { json, notes } = decodeMsgpack(bytes(sent));
  assert.equal(json, '{"2":1,"b":2,"1":3,"b":4,"__proto__":{"x":5},"":6,"null":7}');
  assert.match(notes.join(), /Keys that are not strings/);
  assert.equal(/** @type {any} */ ({}).x, undefined);
});

test("binary data, extensions, timestamps and NaN are explained", () => {
  const list = "95 c403010203 d40105 d6ff69218d4c d7ff000000040000000169 cb7ff8000000000000";
  const { json, notes } = decodeMsgpack(bytes(list.replace("0169", "01")));
  assert.deepEqual(JSON.parse(json), [
    "3 bytes: 010203",
    { type: 1, data: "1 byte: 05" },
    "2025-11-22T10:15:40Z",
    "1970-01-01T00:00:01.000000001Z",
    "NaN",
  ]);
  assert.equal(notes.length, 4);
});

test("several values are records", () => {
  const { json, count } = decodeMsgpack(bytes("01 81a16102"));
  assert.deepEqual([json, count], ['1\n{"a":2}', 2]);
});

test("errors say where they are", () => {
  assert.match(findMsgpackError(bytes("92 01 c1")), /Byte 2 begins no MessagePack value/);
  assert.match(findMsgpackError(bytes("92 01")), /more items than there are bytes/);
  assert.match(findMsgpackError(bytes("a5 6162")), /ends too early, after 3 bytes/);
  assert.match(findMsgpackError(bytes("db 0000")), /ends too early/);
  assert.equal(findMsgpackError(bytes("")), "");
});

test("claims that would fill the memory are rejected before anything is decoded", () => {
  const nested = "dd 00030d40 ".repeat(200_000);
  assert.match(findMsgpackError(bytes(nested)), /claims more items than there are bytes/);
  assert.match(findMsgpackError(bytes(`${"91".repeat(101)}01`)), /more than 100 levels/);
  assert.equal(findMsgpackError(bytes(`${"91".repeat(100)}01`)), "");
  assert.match(findMsgpackError(new Uint8Array(200_001)), /more than 200,000 values/);
  assert.throws(() => decodeMsgpack(bytes("dfffffffff")), /claims more items/);
});
