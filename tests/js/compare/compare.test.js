import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { compare } from "../../../static/js/compare/compare.js";
import { splitAtDifference } from "../../../static/js/compare/shared-ends.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

/** @param {string} content */
const text = (content) => ({
  size: new TextEncoder().encode(content).length,
  encoding: /** @type {const} */ ("utf-8"),
  content,
  complete: true,
});

/** @param {number[]} bytes */
const binary = (bytes) => ({
  size: bytes.length,
  encoding: /** @type {const} */ ("base64"),
  content: Buffer.from(bytes).toString("base64"),
  complete: true,
});

/**
 * @param {string} title
 * @param {Partial<CapturedRequest>} left
 * @param {Partial<CapturedRequest>} right
 */
const section = async (title, left, right) => {
  const sections = await compare(sample(left), sample(right));
  return sections.find((each) => each.title === title) ?? { rows: [], note: "" };
};

/**
 * Rows as lines of a patch: "= 2" for two that are the same.
 * @param {string} title
 * @param {Partial<CapturedRequest>} left
 * @param {Partial<CapturedRequest>} right
 */
const patch = async (title, left, right) => {
  const { rows } = await section(title, left, right);
  return rows.map(({ kind, left, right, lines }) => {
    if (kind === "same") return `= ${lines}`;
    if (kind === "added") return `+ ${right}`;
    return kind === "removed" ? `- ${left}` : `~ ${left} | ${right}`;
  });
};

/**
 * @param {string} left
 * @param {string} right
 */
const bodies = (left, right) => patch("Body", { body: text(left) }, { body: text(right) });

test("the first section has method, subpath and version", async () => {
  const left = { method: "POST", subpath: "/a" };
  const right = { method: "PUT", subpath: "/b" };
  assert.deepEqual(await patch("Request", left, right), [
    "~ Method: POST | Method: PUT",
    "~ Path: /a | Path: /b",
    "= 1",
  ]);
});

test("headers are paired by case-insensitive name, and duplicates in order", async () => {
  /** @type {[string, string][]} */
  const left = [
    ["Host", "a"],
    ["X-Dup", "1"],
    ["X-Dup", "2"],
    ["X-Old", "o"],
  ];
  /** @type {[string, string][]} */
  const right = [
    ["x-dup", "1"],
    ["HOST", "a"],
    ["x-dup", "3"],
    ["x-dup", "4"],
  ];
  assert.deepEqual(await patch("Headers", { headers: left }, { headers: right }), [
    "= 2",
    "~ X-Dup: 2 | x-dup: 3",
    "- X-Old: o",
    "+ x-dup: 4",
  ]);
});

test("query parameters are compared decoded, and duplicates in order", async () => {
  const left = { query_string: "a=1&a=2&b=%20x" };
  const right = { query_string: "b=+x&a=1&c" };
  assert.deepEqual(await patch("Query parameters", left, right), ["= 1", "- a: 2", "= 1", "+ c: "]);
});

test("queries with different escapes are shown as sent", async () => {
  const rows = await patch("Query parameters", { query_string: "a=+" }, { query_string: "a=%20" });
  assert.deepEqual(rows, ["= 1", "~ As sent: a=+ | As sent: a=%20"]);
});

test("empty sections are left out", async () => {
  const sections = await compare(sample(), sample());
  assert.deepEqual(
    sections.map(({ title, note }) => title + note),
    ["Request", "BodyNeither request has a body."],
  );
});

test("JSON is compared with sorted keys and without white space", async () => {
  const left = '{"b": [1, {"y": 1, "x": 2}], "a": "same", "n": 12345678901234567890}';
  const right = '{"a":"same","n":12345678901234567891,"b":[1,{"x":2,"y":1},3],"z":{}}';
  assert.deepEqual(await bodies(left, right), [
    "= 8",
    "+     3",
    "= 1",
    '~   "n": 12345678901234567890 |   "n": 12345678901234567891',
    '+   "z": {}',
    "= 1",
  ]);
});

test("JSON that differs only in order and white space is equal, and a note says why", async () => {
  const left = { body: text('{"a": 1, "b": 2}') };
  const { rows, note } = await section("Body", left, { body: text('{"b":2,"a":1}') });
  assert.deepEqual(
    rows.map(({ kind, lines }) => [kind, lines]),
    [["same", 4]],
  );
  assert.match(note, /sorted keys/);
});

test("duplicate keys and numbers in different notation are different", async () => {
  assert.deepEqual(await bodies('{"a":1,"a":2}', '{"a":1,"a":2.0}'), [
    "= 2",
    '~   "a": 2 |   "a": 2.0',
    "= 1",
  ]);
});

test("other text is compared line by line", async () => {
  assert.deepEqual(await bodies("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n"), [
    "= 1",
    "~ b | B",
    "= 2",
    "+ e",
  ]);
  assert.deepEqual(await bodies("x\na\nb", "a\nb"), ["- x", "= 2"]);
  assert.deepEqual(await bodies("", "a\nb\n"), ["+ a", "+ b"]);
});

test("a missing line end is a difference", async () => {
  assert.deepEqual(await bodies("a\nb", "a\nb\n"), ["= 1", "~ b | b\n"]);
  assert.deepEqual(await bodies("a\r\nb\n", "a\nb\n"), ["~ a\r | a", "= 1"]);
});

test("the rows contain both texts completely", async () => {
  const random = lines();
  for (let round = 0; round < 200; round++) {
    const [left, right] = [random(), random()];
    const { rows } = await section("Body", { body: text(left) }, { body: text(right) });
    if (left === right) continue;
    for (const [side, whole, without] of /** @type {const} */ ([
      ["left", left, "added"],
      ["right", right, "removed"],
    ])) {
      const parts = rows.filter(({ kind }) => kind !== without).map((row) => row[side]);
      const joined = parts.map((part) => part.replace(/\n$/, "")).join("\n");
      assert.equal(joined, whole.replace(/\n$/, ""));
    }
  }
});

/** Short texts of a few different lines, the same in each run. */
function lines() {
  let seed = 1;
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  return () => Array.from({ length: 1 + (next() % 8) }, () => `${"ab"[next() % 2]}\n`).join("");
}

test("identical bodies have no rows", async () => {
  const body = text('{"a": 1}');
  const { rows, note } = await section("Body", { body }, { body: { ...body } });
  assert.deepEqual(rows, []);
  assert.equal(note, "The bodies are identical.");
});

test("bodies are compared after decompression and with their charsets", async () => {
  const json = {
    headers: /** @type {[string, string][]} */ ([["Content-Type", "application/json"]]),
  };
  const packed = {
    ...json,
    headers: [...json.headers, /** @type {[string, string]} */ (["Content-Encoding", "gzip"])],
  };
  const left = { ...packed, body: binary([...gzipSync('{"a": 1}')]) };
  const { rows, note } = await section("Body", left, { ...json, body: text('{"a":2}') });
  assert.equal(
    note,
    "Compared after decompression. Compared as JSON, with sorted keys and without white space and commas.",
  );
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ["same", "changed", "same"],
  );
  const wide = { ...json, body: binary([...Buffer.from("\ufeff[1]", "utf16le")]) };
  const same = await section("Body", wide, { ...json, body: text("[1]") });
  assert.deepEqual(same, {
    title: "Body",
    rows: [],
    note: "The texts are identical; the bytes differ.",
  });
});

test("binary bodies show their sizes and the first difference", async () => {
  const start = Array(20).fill(0);
  const left = { body: binary([...start, 1, 2]) };
  const { rows, note } = await section("Body", left, { body: binary([...start, 1, 3, 4]) });
  assert.match(note, /byte offset 21/);
  assert.equal(rows[0].left, "Size: 22 bytes");
  assert.equal(rows[0].right, "Size: 23 bytes");
  assert.match(rows[1].left, /^00000010 {2}00 00 00 00 01 02 /);
  assert.match(rows[1].right, /^00000010 {2}00 00 00 00 01 03 04 /);
});

test("a binary body that is longer than the other shows the additional bytes", async () => {
  const start = Array(32).fill(0);
  const { rows } = await section("Body", { body: binary(start) }, { body: binary([...start, 9]) });
  assert.deepEqual([rows[1].kind, rows[1].left], ["added", ""]);
});

test("bodies that were not kept are compared only by size", async () => {
  const lost = { ...text(""), size: 2_000_000, complete: false };
  const { rows, note } = await section("Body", { body: lost }, { body: text("a") });
  assert.equal(rows[0].left, "Size: 2,000,000 bytes");
  assert.match(note, /not kept/);
});

/** Pairs of large bodies, and the note on their comparison. */
const LARGE = /** @type {[name: string, left: string, right: string, note: RegExp][]} */ ([
  ["JSON over 256 KiB", `[${"1,".repeat(200_000)}1]`, `[${"1,".repeat(200_000)}2]`, /Larger than/],
  ["lines that all differ", "a\n".repeat(500_000), "b\n".repeat(500_000), /Only 10,000 lines/],
  ["empty lines", `${"\n".repeat(1e6)}a`, `b${"\n".repeat(1e6)}`, /Larger than/],
  ["one long line", `${"x".repeat(1e6)}a`, `${"x".repeat(1e6)}b`, /Larger than/],
  ["deep JSON", nested(60_000, 1), nested(60_000, 2), /as JSON/],
]);

/**
 * @param {number} depth
 * @param {number} value
 */
function nested(depth, value) {
  return "[".repeat(depth) + value + "]".repeat(depth);
}

for (const [name, left, right, expected] of LARGE) {
  test(`the comparison of large bodies is limited: ${name}`, async () => {
    const { rows, note } = await section("Body", { body: text(left) }, { body: text(right) });
    assert.match(note, expected);
    assert.ok(rows.some(({ kind }) => kind !== "same"));
  });
}

test("a changed line is split into its equal and different parts", () => {
  assert.deepEqual(splitAtDifference('"total": 12,', '"total": 145,'), {
    before: '"total": 1',
    part: "2",
    after: ",",
  });
  assert.deepEqual(splitAtDifference("aa", "aaa"), { before: "aa", part: "", after: "" });
  assert.deepEqual(splitAtDifference("new", ""), { before: "", part: "new", after: "" });
});

test("a long line is shortened around its difference", () => {
  const around = "x".repeat(100_000);
  const { before, part, after } = splitAtDifference(`${around}a${around}`, `${around}b${around}`);
  assert.equal(before, `…${"x".repeat(200)}`);
  assert.equal(part, "a");
  assert.equal(after, `${"x".repeat(200)}…`);
  assert.match(splitAtDifference("y".repeat(5000), "z").part, /\(3,000 more characters\)$/);
});

test("surrogate pairs are not split", () => {
  assert.deepEqual(splitAtDifference("a😀b", "a😁b"), { before: "a", part: "😀", after: "b" });
});
