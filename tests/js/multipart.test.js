import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf } from "../../static/js/multipart.js";

const TYPE = "multipart/form-data; boundary=sep";
const FIELD = '--sep\r\nContent-Disposition: form-data; name="note"\r\n\r\ngrüße\r\n';
const FILE =
  '--sep\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\n' +
  "Content-Type: IMAGE/PNG\r\n\r\n\x89PNG\r\n\x00\r\n";

/** @param {...(string | Uint8Array)} pieces */
const bytes = (...pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece)));

test("parts come with names, file names, types and their bytes", async () => {
  const body = bytes(FIELD, Buffer.from(FILE, "latin1"), "--sep--\r\n");
  const { parts, problem } = await partsOf(body, TYPE);
  assert.equal(problem, "");
  assert.deepEqual(
    parts.map(({ name, fileName, type }) => [name, fileName, type]),
    [
      ["note", "", ""],
      ["file", "a b.png", "image/png"],
    ],
  );
  assert.equal(Buffer.from(parts[0].bytes).toString(), "grüße");
  assert.deepEqual([...parts[1].bytes], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00]);
});

test("the boundary may be quoted", async () => {
  const { parts } = await partsOf(bytes(FIELD, "--sep--"), 'multipart/mixed; Boundary="sep"');
  assert.equal(parts.length, 1);
});

test("of a body that breaks off, the parts before are kept and the rest is told", async () => {
  const { parts, problem } = await partsOf(
    bytes(FIELD, "--sep\r\nContent-Disposition: form"),
    TYPE,
  );
  assert.equal(parts.length, 1);
  assert.match(problem, /^The rest can’t be read: /);
});

test("a body without a boundary says so", async () => {
  const { parts, problem } = await partsOf(bytes(FIELD), "multipart/form-data");
  assert.deepEqual(parts, []);
  assert.match(problem, /boundary/);
});

test("a flood of parts is stopped", async () => {
  const { parts, problem } = await partsOf(
    bytes("--sep\r\n\r\n\r\n".repeat(5000), "--sep--"),
    TYPE,
  );
  assert.equal(parts.length, 1000);
  assert.notEqual(problem, "");
});
