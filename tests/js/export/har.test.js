import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { bodyOf } from "../../../static/js/body/body.js";
import { blobOf, exported } from "../../../static/js/export/export.js";
import { Responses } from "../../../static/js/state/responses.js";
import { sample, UUID } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

const require = createRequire(import.meta.url);
const { default: Ajv } = require("ajv");
const { default: addFormats } = require("ajv-formats");

const ajv = new Ajv({ strict: false });
addFormats(ajv);
ajv.addMetaSchema(require("ajv/dist/refs/json-schema-draft-06.json"));
for (const schema of Object.values(require("har-schema"))) ajv.addSchema(schema);

const ORIGIN = "http://127.0.0.1:8000";
const FIXTURE = new URL("../../fixtures/captured_requests.json", import.meta.url);

/** @param {CapturedRequest[]} requests */
function harOf(...requests) {
  const har = JSON.parse([...exported("har", requests, { origin: ORIGIN })].join(""));
  assert.ok(ajv.validate("har.json#", har), ajv.errorsText());
  return har;
}

/** @param {Partial<CapturedRequest>} fields */
const entryOf = (fields) => harOf(sample(fields)).log.entries[0];

test("every request from the server makes a valid archive", async () => {
  /** @type {{wire: CapturedRequest}[]} */
  const samples = JSON.parse(await readFile(FIXTURE, "utf-8"));
  const requests = samples.map(({ wire }) => wire);
  assert.equal(harOf(...requests).log.entries.length, requests.length);
  assert.equal(harOf().log.entries.length, 0);
});

test("the schema rejects an invalid archive", () => {
  assert.equal(ajv.validate("har.json#", { log: { version: "1.2", entries: [] } }), false);
});

test("the archive names the version of HAR and of this program", async () => {
  const { version, creator } = harOf().log;
  const source = await readFile(
    new URL("../../../webhook_logger/__init__.py", import.meta.url),
    "utf-8",
  );
  const [, own] = source.match(/__version__ = "(.+)"/) ?? [];
  assert.deepEqual([version, creator], ["1.2", { name: "Webhook Logger", version: own }]);
});

test("an entry has the request as sent", () => {
  const { startedDateTime, request } = entryOf({
    method: "PURGE",
    query_string: "a=1&a=%20&b",
    headers: [
      ["X-Dup", "1"],
      ["x-dup", "\xe9"],
      ["Cookie", "a=b=c; d"],
    ],
  });
  assert.equal(startedDateTime, "2026-11-22T04:41:00.123456Z");
  assert.equal(request.method, "PURGE");
  assert.equal(request.url, `${ORIGIN}/${UUID}?a=1&a=%20&b`);
  assert.equal(request.httpVersion, "HTTP/1.1");
  assert.deepEqual(request.headers[1], { name: "x-dup", value: "\xe9" });
  assert.deepEqual(request.queryString[1], { name: "a", value: " " });
  assert.deepEqual(request.cookies, [
    { name: "a", value: "b=c" },
    { name: "d", value: "" },
  ]);
  assert.equal(request.postData, undefined);
});

test("the URL is valid for any target", () => {
  const target = { subpath: `/<a>"|{}[]^\`\\#%zz%2f/..`, query_string: "[]=<>&%" };
  assert.equal(
    entryOf(target).request.url,
    `${ORIGIN}/${UUID}/%3Ca%3E%22%7C%7B%7D%5B%5D%5E%60%5C%23%25zz%2f/..?%5B%5D=%3C%3E&%25`,
  );
});

test("a text body is text, a binary body is base64, and a missing body has a comment", () => {
  const headers = /** @type {[string, string][]} */ ([["content-type", "text/plain; charset=x"]]);
  const text = entryOf({ headers, body: bodyOf(new TextEncoder().encode("hé")) }).request;
  assert.deepEqual(text.postData, { mimeType: "text/plain; charset=x", text: "hé" });
  assert.equal(text.bodySize, 3);
  const binary = entryOf({
    body: { size: 2, encoding: "base64", content: "AP8=", complete: true },
  });
  const { comment, ...data } = binary.request.postData;
  assert.deepEqual(data, { mimeType: "", text: "AP8=", _encoding: "base64" });
  assert.match(comment, /base64/);
  const missing = entryOf({ body: { size: 9, encoding: "utf-8", content: "", complete: false } });
  assert.match(missing.request.postData.comment, /not kept/);
});

test("an entry has the response and the note, if there are any", () => {
  const responses = new Responses(10);
  responses.add({ epoch: "first", seq: 1, status: 503, by: "reply" });
  const requests = [sample({ seq: 1 }), sample({ seq: 2 })];
  const notes = new Map([[requests[0].id, "the first attempt"]]);
  const context = { origin: ORIGIN, responses, notes };
  const har = JSON.parse([...exported("har", requests, context)].join(""));
  assert.ok(ajv.validate("har.json#", har), ajv.errorsText());
  const [known, unknown] = har.log.entries.map((/** @type {any} */ { response }) => response);
  assert.deepEqual([known.status, known._by, unknown.status], [503, "reply", 0]);
  assert.deepEqual(
    har.log.entries.map((/** @type {any} */ { comment }) => comment),
    ["the first attempt", undefined],
  );
  const json = JSON.parse([...exported("json", requests, context)].join(""));
  assert.deepEqual(json, [
    { ...requests[0], responded: { status: 503, by: "reply" }, note: "the first attempt" },
    requests[1],
  ]);
});

test("JSON has the requests as received, oldest first", () => {
  const times = ["2026-11-22T04:41:01.000000Z", "2026-11-22T04:41:00.000000Z"];
  const [late, early] = times.map((received_at, at) => sample({ received_at, seq: 2 - at }));
  const same = sample({ received_at: times[1], seq: 0 });
  const text = [...exported("json", [late, early, same], { origin: ORIGIN })].join("");
  assert.deepEqual(JSON.parse(text), [same, early, late]);
  assert.deepEqual(JSON.parse([...exported("json", [], { origin: ORIGIN })].join("")), []);
});

test("other tasks run while a large file is made", async () => {
  const content = "x".repeat(2 ** 20);
  /** @type {CapturedRequest["body"]} */
  const body = { size: content.length, encoding: "utf-8", content, complete: true };
  const requests = Array.from({ length: 50 }, (_, seq) => sample({ seq, body }));
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const blob = await blobOf(exported("json", requests, { origin: ORIGIN }));
  clearInterval(counting);
  assert.ok(turns >= 1);
  assert.equal(JSON.parse(await blob.text()).length, 50);
});
