import assert from "node:assert/strict";
import { test } from "node:test";
import { hexDump } from "../../../static/js/text/hex.js";

test("each line of a hex dump has an offset, sixteen bytes and their ASCII", () => {
  const bytes = new TextEncoder().encode("Hello, webhook!\n\x00\xff");
  assert.deepEqual(hexDump(bytes).split("\n"), [
    "00000000  48 65 6c 6c 6f 2c 20 77  65 62 68 6f 6f 6b 21 0a  Hello, webhook!.",
    "00000010  00 c3 bf                                          ...",
  ]);
});
