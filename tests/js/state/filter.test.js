import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Filter, matches } from "../../../static/js/state/filter.js";
import { parse } from "../../../static/js/state/filter-parser.js";
import { Responses } from "../../../static/js/state/responses.js";
import { sample, UUID } from "../samples.js";

const ORDER = sample({
  method: "POST",
  subpath: "/orders/7",
  query_string: "notify=Yes",
  headers: [
    ["User-Agent", "Stripe/1.0"],
    ["Content-Type", "application/json"],
  ],
  body: { size: 20, encoding: "utf-8", content: '{"object": "a Card"}', complete: true },
});

/** @param {string} text */
const clausesOf = (text) => parse(text).clauses;

/** @param {string} text */
const found = (text) => matches(clausesOf(text), ORDER);

/** @param {string[]} texts */
const noneFound = (...texts) => {
  for (const text of texts) assert.ok(!found(text), text);
};

test("provider and event search the registry's names, the id, and the summary", () => {
  const summarise = () => ({ provider: "GitHub", event: "issues.opened", text: "" });
  const provider = { id: "git-hub", name: "GitHub" };
  const recognise = () => ({ provider, event: "", delivery: "", attempt: null });
  const recogniser = { summarise, recognise };
  const protocol = { summarise, recognise: () => null };
  for (const [filter, matched] of /** @type {const} */ ([
    ["provider:git-hub event:OPENED", [true, false]],
    ["provider:github", [true, true]],
    ["-provider:github", [false, false]],
    ["issues", [true, true]],
    ["event:card", [false, false]],
  ])) {
    const found = [recogniser, protocol].map((each) => matches(clausesOf(filter), ORDER, each));
    assert.deepEqual(found, matched, filter);
  }
  noneFound("provider:stripe", "event:card");
});

test("the path does not include the UUID of the callback", () => {
  noneFound(`path:${UUID.slice(0, 8)}`, UUID);
});

test("a binary body is searched as bytes", () => {
  const content = Buffer.from("\x00\x01PNG caf\xe9", "latin1").toString("base64");
  const image = sample({ body: { size: 10, encoding: "base64", content, complete: true } });
  assert.ok(matches(clausesOf("body:png"), image));
  assert.ok(matches(clausesOf("body:CAFÉ"), image));
  assert.ok(!matches(clausesOf(`body:${content.slice(0, 6)}`), image));
});

test("text is decoded by its charset before it is searched", () => {
  const content = Buffer.from("Zo\xeb", "latin1").toString("base64");
  const latin1 = sample({
    headers: [["Content-Type", "text/plain; charset=iso-8859-1"]],
    body: { size: 3, encoding: "base64", content, complete: true },
  });
  assert.ok(matches(clausesOf("body:zoë"), latin1));
});

/** @param {import("../../../static/js/wire/captured.js").CapturedRequest} request */
const entry = (request) => ({
  kind: /** @type {const} */ ("request"),
  key: request.id,
  request,
  arrived: 0,
});

test("a filter searches each request once", () => {
  let looked = 0;
  const watched = { ...ORDER };
  Object.defineProperty(watched, "method", {
    get() {
      looked++;
      return "POST";
    },
  });
  const filter = new Filter("method:post");
  const entries = [entry(watched)];
  assert.equal(filter.choose(entries).shown.length, 1);
  assert.equal(filter.choose(entries).shown.length, 1);
  assert.equal(looked, 1);
});

test("a large list is searched in several steps, newest first", () => {
  const content = "x".repeat(1024 * 1024);
  const entries = Array.from({ length: 10 }, (_, at) =>
    entry(sample({ seq: at, body: { size: 1, encoding: "utf-8", content, complete: true } })),
  );
  const filter = new Filter("body:x");
  const first = filter.choose(entries);
  assert.ok(first.more);
  assert.deepEqual(first.shown, entries.slice(0, first.shown.length));
  let goes = 1;
  while (filter.choose(entries).more) goes++;
  assert.ok(goes > 1);
  assert.equal(filter.choose(entries).shown.length, 10);
});

test("a request matches a status once its response is known", () => {
  const entries = [entry(sample({ seq: 1 })), entry(sample({ seq: 2 }))];
  const responses = new Responses(10);
  const shown = (/** @type {Filter} */ filter) =>
    filter.choose(entries, responses).shown.map(({ key }) => key);
  const failed = new Filter("status:5xx");
  const others = new Filter("-status:5xx");
  assert.deepEqual([shown(failed), shown(others)], [[], []]);
  responses.add({ ...entries[0].request, status: 503, by: "reply" });
  responses.add({ ...entries[1].request, status: 200, by: "default" });
  assert.deepEqual([shown(failed), shown(others)], [[entries[0].key], [entries[1].key]]);
});

/** @param {number} seq */
const packed = (seq) => {
  const content = gzipSync(`{"pear": ${seq}}`).toString("base64");
  return sample({
    seq,
    headers: [["Content-Encoding", "gzip"]],
    body: { size: content.length, encoding: "base64", content, complete: true },
  });
};

/**
 * Choose repeatedly until every request has been searched.
 * @param {Filter} filter
 * @param {ReturnType<typeof entry>[]} entries
 */
async function chosen(filter, entries) {
  for (;;) {
    const { shown, more } = filter.choose(entries);
    if (!more) return shown;
    await more;
  }
}

test("compressed bodies are searched after they are decompressed, once for all filters", async () => {
  const before = globalThis.DecompressionStream;
  let streams = 0;
  globalThis.DecompressionStream = class extends before {
    /** @param {CompressionFormat} format */
    constructor(format) {
      super(format);
      streams++;
    }
  };
  const entries = Array.from({ length: 20 }, (_, at) => entry(packed(at)));
  try {
    for (const text of ["body:p", "body:pe", "pear"]) {
      assert.equal((await chosen(new Filter(text), entries)).length, 20, text);
    }
    assert.equal((await chosen(new Filter("body:plum"), entries)).length, 0);
  } finally {
    globalThis.DecompressionStream = before;
  }
  assert.equal(streams, 20);
});

test("few bodies are decompressed at a time, and none for a filter on other fields", () => {
  const entries = Array.from({ length: 20 }, (_, at) => entry(packed(100 + at)));
  assert.equal(new Filter("method:post").choose(entries).more, null);
  const { shown, more } = new Filter("body:p").choose(entries);
  assert.equal(shown.length, 0);
  assert.ok(more);
});
