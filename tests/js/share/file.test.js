import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exported } from "../../../static/js/export/export.js";
import {
  MAX_FILE_BYTES,
  MAX_FILE_REQUESTS,
  readExport,
  readFile,
  shownName,
} from "../../../static/js/share/file.js";
import { Responses } from "../../../static/js/state/responses.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/contract.js").Body} Body */

/** @param {any[]} entries @param {string} [creator] */
const har = (entries, creator = "Other") =>
  JSON.stringify({ log: { version: "1.2", creator: { name: creator }, entries } });

/** @param {object} request @param {object} [more] */
const entry = (request, more) => ({
  startedDateTime: "2026-11-28T10:00:00.000Z",
  request: { method: "POST", url: "https://shop.example/a?b=1", ...request },
  ...more,
});

/** @param {object} request @param {object} [more] */
const only = async (request, more) => {
  const { requests } = await readExport(har([entry(request, more)]), "a.har");
  return requests[0];
};

/** @type {Body[]} */
const BODIES = [
  { size: 4, encoding: "utf-8", content: "zoë", complete: true },
  { size: 2, encoding: "base64", content: "AP8=", complete: true },
  { size: 9, encoding: "utf-8", content: "", complete: false },
  { size: 0, encoding: "utf-8", content: "", complete: true },
];

const REQUESTS = BODIES.map((body, at) =>
  sample({
    id: `id-${at}`,
    seq: at + 1,
    subpath: "/a{b}%20/é",
    query_string: "a=%zz&é",
    host: "hooks.example.com",
    headers: [
      ["Host", "hooks.example.com"],
      ["X-Dup", "é"],
      ["x-dup", ""],
    ],
    ...(at ? {} : { trailers: [["X-Sum", "1"]] }),
    body,
  }),
);

const responses = new Responses(10);
responses.add({ epoch: "first", seq: 1, status: 200, by: "default" });
responses.add({
  ...{ epoch: "first", seq: 2, status: 503, by: "reply", seconds: 0.012 },
  ...{ headers: [["Content-Type", "image/png"]], body: BODIES[1] },
});

const notes = new Map([["id-1", "the second attempt"]]);
const CONTEXT = { origin: "https://x.example", responses, notes };

test("a JSON export is read back without a loss", async () => {
  const text = [...exported("json", REQUESTS, CONTEXT)].join("");
  const { requests, skipped } = await readExport(text, "a.json");
  assert.deepEqual(
    requests.map(({ request }) => request),
    REQUESTS,
  );
  assert.deepEqual(requests[1].response, responses.get(REQUESTS[1]));
  assert.deepEqual(requests[0].response, { status: 200, by: "default" });
  assert.equal(requests[2].response, undefined);
  assert.deepEqual(
    requests.map(({ note }) => note),
    ["", "the second attempt", "", ""],
  );
  assert.equal(skipped, 0);
});

test("a HAR export is read back, except for positions and bytes that a URL cannot contain", async () => {
  const text = [...exported("har", REQUESTS, CONTEXT)].join("");
  const { requests } = await readExport(text, "a.har");
  for (const [at, { request, response, note }] of requests.entries()) {
    assert.equal(note, notes.get(REQUESTS[at].id) ?? "");
    const { epoch, seq, id, scheme, ...rest } = request;
    const { epoch: _, seq: __, id: ___, scheme: ____, ...expected } = REQUESTS[at];
    const subpath = "/a{b}%20/%E9";
    assert.deepEqual(rest, {
      ...expected,
      ...{ subpath, path: `/${expected.uuid}${subpath}`, query_string: "a=%25zz&%E9" },
    });
    assert.deepEqual(response, responses.get(REQUESTS[at]));
  }
});

test("HAR files of other programs are read", async () => {
  for (const name of ["non-ascii-url", "null-postdata"]) {
    const file = new URL(`../../fixtures/har/${name}.har`, import.meta.url);
    const { requests } = await readExport(readFileSync(file, "utf8"), name);
    assert.ok(requests.length > 0, name);
    assert.equal(requests[0].response?.status, 200);
  }
  const { request } = await only({
    url: "https://user:pass@shop.example:8443/caf\u00e9 ?q=Z\u00fcrich#part",
    httpVersion: "h2",
    headers: [
      { name: ":authority", value: "shop.example" },
      { name: "X-Name", value: " 東 " },
    ],
    postData: {
      mimeType: "application/x-www-form-urlencoded",
      params: [{ name: "a b", value: null }],
    },
  });
  assert.equal(request.host, "shop.example:8443");
  assert.equal(request.path, "/caf%C3%A9%20");
  assert.equal(request.subpath, request.path);
  assert.equal(request.query_string, "q=Z%C3%BCrich");
  assert.equal(request.http_version, "h2");
  assert.deepEqual(request.headers, [["X-Name", "\xe6\x9d\xb1"]]);
  assert.equal(request.body.content, "a+b=");
});

test("bodies in base64, without bytes, or of a multipart form are read as far as the file has them", async () => {
  const base64 = await only({ postData: { text: "AP8=", encoding: "base64" } });
  assert.deepEqual(base64.request.body, BODIES[1]);
  const readable = await only({ postData: { text: "aGk=", encoding: "base64" } });
  assert.equal(readable.request.body.content, "hi");
  const controls = await only({ postData: { text: "\0" } });
  assert.equal(controls.request.body.encoding, "base64");
  const absent = await only({ bodySize: 12 });
  assert.deepEqual(absent.request.body, {
    size: 12,
    encoding: "utf-8",
    content: "",
    complete: false,
  });
  const params = [{ name: "f", fileName: "a.png" }];
  const form = await only({ postData: { mimeType: "multipart/form-data", params } });
  assert.equal(form.request.body.complete, false);
});

test("responses of other programs have no source, and status 0 is unknown", async () => {
  const content = { size: 2, text: "hi" };
  const headers = [{ name: "Server", value: "x" }];
  const known = await only(
    {},
    { time: 12, response: { status: 201, headers, content, _by: "magic" } },
  );
  assert.deepEqual(known.response, {
    ...{ status: 201, by: "", headers: [["Server", "x"]], seconds: 0.012 },
    body: { size: 2, encoding: "utf-8", content: "hi", complete: true },
  });
  assert.equal((await only({}, { response: { status: 0 } })).response, undefined);
});

test("entries that are not HTTP requests are left out and counted", async () => {
  const text = har([entry({ url: "wss://shop.example/" }), entry({}), entry({ url: "data:,x" })]);
  const { requests, skipped } = await readExport(text, "a.har");
  assert.deepEqual([requests.length, skipped], [1, 2]);
});

test("requests with the same id are all shown", async () => {
  const { requests } = await readExport(JSON.stringify([REQUESTS[0], REQUESTS[0]]), "a.json");
  assert.equal(new Set(requests.map(({ request }) => request.id)).size, 2);
});

test("a file that cannot be read gets an error that names it and the place", async () => {
  const good = REQUESTS[0];
  const json = (/** @type {object} */ changes) => JSON.stringify([good, { ...good, ...changes }]);
  for (const [text, expected] of /** @type {[string, RegExp][]} */ ([
    ["", /^x is neither a HAR file nor a JSON export of this page: .+\.$/],
    ['{"a": "\u202e', /^x is neither a HAR file nor a JSON export of this page: [^\u202e]+\.$/],
    ["[".repeat(1e6), /^x is (?:neither|nested too deeply)/],
    ["[]", /^x contains no HTTP requests\.$/],
    [har([entry({ url: "data:,x" })]), /^x contains no HTTP requests\.$/],
    ["{}", /^x is neither a HAR file nor a JSON export/],
    ["null", /^x is neither/],
    ['{"log":{"entries":{}}}', /^x is neither/],
    ["[1]", /^x, entry 1: The request is not an object\.$/],
    [json({ method: "A B" }), /^x, entry 2: Its method is invalid\.$/],
    [json({ method: undefined }), /^x, entry 2: Its method is missing, or not text\.$/],
    [json({ uuid: "../.." }), /Its uuid is invalid/],
    [json({ path: "no slash" }), /Its path is invalid/],
    [json({ subpath: "/other" }), /Its path is invalid/],
    [json({ host: "€" }), /Its host is invalid/],
    [json({ received_at: "never" }), /Its received_at is not a time/],
    [json({ seq: -1 }), /Its seq is not a whole number/],
    [json({ headers: [["a"]] }), /One of its headers is not a name and a value/],
    [json({ headers: [["a", "€"]] }), /HTTP cannot carry one of its headers/],
    [json({ headers: [["@file\n", ""]] }), /HTTP cannot carry one of its headers/],
    [json({ trailers: [["a", "b\r\nc: d"]] }), /HTTP cannot carry one of its trailers/],
    [json({ headers: {} }), /Its headers are not a list/],
    [json({ trailers: 1 }), /Its trailers are not a list/],
    [json({ body: null }), /Its body is not an object/],
    [json({ body: { ...BODIES[1], content: "?" } }), /Its body is not base64/],
    [json({ body: { ...BODIES[1], content: "=AAA" } }), /Its body is not base64/],
    [json({ responded: { status: 42, by: "x" } }), /Its status is invalid/],
    [har([entry({}), entry({ url: 5 })]), /^x, entry 2: Its url is missing, or not text\.$/],
    [har([entry({}, { startedDateTime: "x" })]), /Its startedDateTime is not a time/],
    [har([entry({ headers: [{ name: "a\nb", value: "" }] })]), /HTTP cannot carry/],
    [har([entry({ headers: [{ name: "a", value: "b\r\nc" }] })]), /HTTP cannot carry/],
    [har([null]), /^x, entry 1: It is not an object/],
    [
      har(Array(MAX_FILE_REQUESTS + 1).fill(0)),
      /^x has 10,001 requests\. The maximum is 10,000\.$/,
    ],
  ])) {
    await assert.rejects(readExport(text, "x"), { message: expected }, text.slice(0, 200));
  }
  const large = /** @type {Blob} */ ({ size: MAX_FILE_BYTES + 1 });
  await assert.rejects(readFile(large, "x"), /^Error: x is larger than the maximum of 20 MB\.$/);
});

test("the name of a file is shown in full only if it is short and visible", () => {
  assert.equal(shownName("a\u202egnp.har"), "a⟨U+202E⟩gnp.har");
  assert.equal(shownName("a".repeat(81)), `${"a".repeat(80)}…`);
});

test("only known fields are taken over", async () => {
  const text = JSON.stringify([{ ...REQUESTS[0], evil: 1 }]).replace("{", '{"__proto__":{"a":1},');
  const { requests } = await readExport(text, "a.json");
  assert.deepEqual(requests[0].request, REQUESTS[0]);
  assert.equal(Object.getPrototypeOf(requests[0].request), Object.prototype);
});

test("odd strings do not stop a file", async () => {
  const { request } = await only({
    url: "https://shop.example/\ud800?\udfff",
    postData: { text: "\ud800" },
    headers: [{ name: "X", value: "東".repeat(100_000) }],
  });
  assert.equal(request.path, "/%EF%BF%BD");
  assert.equal(request.body.content, "\ufffd");
  assert.equal(request.headers[0][1].length, 300_000);
});
