import assert from "node:assert/strict";
import { test } from "node:test";
import { parametersOf } from "../../../static/js/body/header-parameters.js";
import { partsOf } from "../../../static/js/body/multipart.js";

const TYPE = "multipart/form-data; boundary=sep";
const FIELD = '--sep\r\nContent-Disposition: form-data; name="note"\r\n\r\ngrüße\r\n';
const FILE =
  '--sep\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\n' +
  "Content-Type: IMAGE/PNG\r\n\r\n\x89PNG\r\n\x00\r\n";

/** @param {...(string | Uint8Array)} pieces */
const bytes = (...pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece)));

test("parts have names, file names, types and bytes", () => {
  const body = bytes(FIELD, Buffer.from(FILE, "latin1"), "--sep--\r\n");
  const { parts, problem } = partsOf(body, TYPE);
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

test("the boundary can be quoted", () => {
  const { parts } = partsOf(bytes(FIELD, "--sep--"), 'multipart/mixed; Boundary="sep"');
  assert.equal(parts.length, 1);
});

test("a truncated body has its first parts and a message", () => {
  const { parts, problem } = partsOf(bytes(FIELD, "--sep\r\nContent-Disposition: form"), TYPE);
  assert.equal(parts.length, 1);
  assert.match(problem, /^The final boundary is missing/);
});

test("a type without a boundary is reported", () => {
  const { parts, problem } = partsOf(bytes(FIELD), "multipart/form-data");
  assert.deepEqual(parts, []);
  assert.match(problem, /boundary/);
});

test("the number of parts is limited", () => {
  const { parts, problem } = partsOf(bytes("--sep\r\n\r\n\r\n".repeat(5000), "--sep--"), TYPE);
  assert.equal(parts.length, 1000);
  assert.notEqual(problem, "");
});

/** @param {import("../../../static/js/body/multipart.js").MultipartParts} found */
const texts = ({ parts }) => parts.map((part) => Buffer.from(part.bytes).toString());

test("a preamble, a leading line end and an epilogue are not parts", () => {
  for (const before of ["This is a preamble.\r\n", "\r\n", "--sepx\r\n", "a --sep\r\n"]) {
    const found = partsOf(bytes(before, FIELD, "--sep--\r\nepilogue\r\n--sep\r\n\r\nx"), TYPE);
    assert.deepEqual([texts(found), found.problem], [["grüße"], ""]);
  }
});

test("without a final boundary, the last part is still shown", () => {
  for (const end of ["", "--sep", "--sep\r\n"]) {
    const found = partsOf(bytes(FIELD, "--sep\r\n\r\ntwo\r\n", end), TYPE);
    assert.deepEqual(texts(found), ["grüße", "two"]);
    assert.match(found.problem, /^The final boundary is missing/);
  }
});

test("lines can end without a carriage return, and content keeps its line ends", () => {
  const found = partsOf(bytes("--sep\n\n\na\n\n--sep--"), TYPE);
  assert.deepEqual(texts(found), ["\na\n"]);
});

test("every part that is left out is reported", () => {
  assert.match(partsOf(bytes("--sep--\r\n"), TYPE).problem, /has no parts/);
  const long = `--sep\r\nX: ${"x".repeat(9000)}\r\n\r\none\r\n`;
  for (const part of ["--sep\r\nContent-Disposition: form-data\r\n", long]) {
    const found = partsOf(bytes(part, FIELD, "--sep--"), TYPE);
    assert.deepEqual(texts(found), ["grüße"]);
    assert.match(found.problem, /^A part is left out: no empty line ends its headers/);
  }
});

test("a body without its boundary is reported", () => {
  assert.match(partsOf(bytes("plain"), TYPE).problem, /does not contain its boundary/);
});

/**
 * @param {string} encoding
 * @param {string} content
 */
const transferred = (encoding, content) =>
  partsOf(
    bytes(`--sep\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n--sep--`),
    TYPE,
  );

test("quoted-printable and base64 are decoded", () => {
  assert.deepEqual(texts(transferred("Quoted-Printable", "Zo=C3=ab: 1 =3D 1=\r\n!=zz=")), [
    "Zoë: 1 = 1!=zz=",
  ]);
  assert.deepEqual(texts(transferred("BASE64", "Wm/D\r\nqw==\r\n")), ["Zoë"]);
  assert.deepEqual(texts(transferred("8bit", "é")), ["é"]);
});

test("content that is invalid in its transfer encoding stays as sent and is reported", () => {
  for (const [encoding, problem] of [
    ["base64", /Not valid base64/],
    ["x-uuencode", /Unknown transfer encoding/],
  ]) {
    const { parts } = transferred(/** @type {string} */ (encoding), "%%%");
    assert.equal(Buffer.from(parts[0].bytes).toString(), "%%%");
    assert.match(parts[0].problem, /** @type {RegExp} */ (problem));
  }
});

test("nested parts are read to a depth of four", () => {
  /** @param {number} depth @returns {string} */
  const nested = (depth) =>
    `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n` +
    `--b${depth}\r\n${depth > 1 ? nested(depth - 1) : "\r\nin"}\r\n--b${depth}--\r\n`;
  const { parts } = partsOf(bytes(`--sep\r\n${nested(2)}--sep--`), TYPE);
  const inner = parts[0].inner?.parts[0].inner;
  assert.deepEqual(inner && texts(inner), ["in"]);
  const deep = partsOf(bytes(`--sep\r\n${nested(4)}--sep--`), TYPE);
  const last = deep.parts[0].inner?.parts[0].inner?.parts[0].inner;
  assert.match(last?.parts[0].inner?.problem ?? "", /depth of four/);
});

test("nested parts count towards the limit", () => {
  const inner = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\n\r\n".repeat(900)}--b--\r\n`;
  const { parts } = partsOf(bytes(`--sep\r\n${inner}`.repeat(2), "--sep--"), TYPE);
  const count = parts.reduce((sum, part) => sum + 1 + (part.inner?.parts.length ?? 0), 0);
  assert.ok(count <= 1000, `${count}`);
});

test("names that are not UTF-8 are read as Latin-1, and file names can be escaped", () => {
  const disposition = "Content-Disposition: form-data; ";
  const raw = Buffer.from(`--sep\r\n${disposition}name="gr\xfcn"\r\n\r\n1\r\n`, "latin1");
  const escaped = `--sep\r\n${disposition}filename="a.txt"; filename*=UTF-8''gr%C3%BCn.txt\r\n\r\n1\r\n--sep--`;
  const { parts } = partsOf(bytes(raw, escaped), TYPE);
  assert.equal(parts[0].name, "grün");
  assert.equal(parts[1].fileName, "grün.txt");
});

test("parameters can be quoted, escaped, empty, repeated and truncated", () => {
  const value = 'a/b; X=1;y="a;\\"b\\\\c:\\d"; z; x=2 ;; =3; w= four five; v="open';
  assert.deepEqual(
    [...parametersOf(value)],
    [
      ["x", "1"],
      ["y", 'a;"b\\c:\\d'],
      ["w", "four five"],
      ["v", "open"],
    ],
  );
});
