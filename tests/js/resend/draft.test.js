import assert from "node:assert/strict";
import { test } from "node:test";
import {
  draftDifferences,
  draftOf,
  draftProblem,
  editableText,
  editedRequest,
  hasMixedLines,
  jsonHint,
} from "../../../static/js/resend/draft.js";
import { differentParts, repeat, tally, timesOf } from "../../../static/js/resend/repeat.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

const URL = "http://localhost:3000/";
const JSON_TYPE = /** @type {[string, string][]} */ ([["Content-Type", "application/json"]]);

/** @param {string} content */
const body = (content) => ({
  ...{ size: content.length, encoding: /** @type {const} */ ("utf-8"), content, complete: true },
});

test("an unedited draft sends the captured request, without headers that pages cannot set", () => {
  const headers = /** @type {[string, string][]} */ ([
    ["Host", "h"],
    ["X-A", "\xe9"],
  ]);
  const request = sample({ headers, body: body("a\r\nb\n") });
  const edited = editedRequest(draftOf(request, URL), request);
  assert.deepEqual(edited, { ...request, headers: [["X-A", "\xe9"]] });
});

test("headers that are left out are listed, with those that the user adds", () => {
  const request = sample({
    headers: [
      ["Host", "h"],
      ["X-A", "1"],
    ],
  });
  const draft = draftOf(request, URL);
  assert.deepEqual(draftDifferences(draft, request), ["Set by the browser or left out: Host."]);
  const headers = [...draft.headers, { name: "Origin", value: "", on: true }];
  const added = { ...draft, url: `${URL}a b`, headers };
  assert.deepEqual(draftDifferences(added, request), [
    "Set by the browser or left out: Host, Origin.",
    "The browser rewrites the path or the query.",
  ]);
});

test("headers whose value a link left out are off", () => {
  const request = sample({
    headers: [
      ["X-A", "1"],
      ["Authorization", "(left out)"],
    ],
  });
  assert.deepEqual(
    draftOf(request, URL).headers.map(({ on }) => on),
    [true, false],
  );
});

test("headers that are off are not sent", () => {
  const request = sample({
    headers: [
      ["X-A", "1"],
      ["X-B", "2"],
    ],
  });
  const draft = draftOf(request, URL);
  const headers = draft.headers.map((each) => ({ ...each, on: each.name === "X-B" }));
  assert.deepEqual(editedRequest({ ...draft, headers }, request).headers, [["X-B", "2"]]);
});

test("an edited body keeps the line ends of the captured one, unless they are mixed", () => {
  for (const [captured, sent] of [
    ["a\r\nb", "x\r\ny"],
    ["a\nb", "x\ny"],
    ["a\r\nb\n", "x\ny"],
    ["a\rb", "x\ny"],
  ]) {
    const request = sample({ body: body(captured) });
    const edited = editedRequest({ ...draftOf(request, URL), text: "x\ny" }, request);
    assert.equal(edited.body.content, sent);
    assert.equal(edited.body.size, sent.length);
    assert.equal(hasMixedLines(request), /\r/.test(captured) && !/\r/.test(sent));
  }
});

test("binary and large bodies are sent as captured; a body that was not kept can be entered", () => {
  const binary = {
    size: 2,
    encoding: /** @type {const} */ ("base64"),
    content: "AP8=",
    complete: true,
  };
  const large = { ...body("a"), size: 2 ** 20 };
  for (const kept of [binary, large]) {
    const request = sample({ body: kept });
    assert.equal(editableText(request), null);
    assert.equal(editedRequest(draftOf(request, URL), request).body, kept);
  }
  const lost = sample({ body: { ...body(""), size: 2 ** 21, complete: false } });
  assert.equal(editableText(lost), "");
  const entered = editedRequest({ ...draftOf(lost, URL), text: "é" }, lost).body;
  assert.deepEqual(entered, { size: 2, encoding: "utf-8", content: "é", complete: true });
});

test("a request that a browser cannot send has a reason before it is sent", () => {
  for (const [fields, reason] of /** @type {[Partial<CapturedRequest>, RegExp | string][]} */ ([
    [{}, ""],
    [{ method: "A B" }, /^A method has/],
    [{ method: "" }, /^A method has/],
    [{ method: "TRACE" }, /not allow pages to send this method/],
    [{ headers: [["", "1"]] }, "A header needs a name."],
    [{ headers: [["X A", "1"]] }, "“X A” is not a valid name of a header."],
    [{ headers: [["X-A", "1\n"]] }, "The value of X-A has a control character."],
  ])) {
    assert.match(
      draftProblem(sample(fields)),
      reason instanceof RegExp ? reason : new RegExp(`^${reason}$`),
    );
  }
});

test("a body that is or should be JSON has a hint", () => {
  for (const [
    content,
    headers,
    hint,
  ] of /** @type {[string, [string, string][], RegExp | ""][]} */ ([
    ['{"a":1}', [], /^Valid JSON/],
    ["[", [], /^Not valid JSON/],
    ["a", JSON_TYPE, /^Not valid JSON at line 1, column 1/],
    ["a=1", [], ""],
    ["", JSON_TYPE, ""],
  ])) {
    assert.match(jsonHint(sample({ headers, body: body(content) })), hint || /^$/, content);
  }
});

test("a request is sent up to 100 times", () => {
  assert.deepEqual(["3", "0", "-1", "", "x", "2.9", "1000"].map(timesOf), [3, 1, 1, 1, 1, 2, 100]);
});

test("sending ends at the first error", async () => {
  const controller = new AbortController();
  const { fetch } = globalThis;
  let calls = 0;
  globalThis.fetch = async () => {
    if (++calls > 2) throw new TypeError("unreachable");
    return new Response("a", { status: 201 });
  };
  /** @type {import("../../../static/js/resend/resend.js").ResendResponse[]} */
  const responses = [];
  const target = { url: new globalThis.URL(URL), request: sample(), origin: URL };
  const sent = repeat(target, 5, controller, (response) => responses.push(response));
  await assert.rejects(sent, TypeError).finally(() => {
    globalThis.fetch = fetch;
  });
  assert.deepEqual(
    responses.map(({ status }) => status),
    [201, 201],
  );
});

/**
 * @param {number} status
 * @param {number} milliseconds
 */
const response = (status, milliseconds, text = "") => ({
  ...{ status, reason: "", shared: false, headers: [], milliseconds },
  body: { ...body(text), encoding: /** @type {const} */ ("utf-8") },
});

test("several responses are summed up by status and time", () => {
  const all = [response(200, 10.2), response(500, 30), response(200, 1200), response(0, 20)];
  assert.equal(
    tally(all),
    "4 responses: 2 × 200, 1 × 500, 1 × redirect. 10 ms to 1,200 ms, median 30 ms",
  );
});

test("a response is compared with the one that the sender got, as far as both are known", () => {
  const sent = { status: 200, body: body("a") };
  assert.deepEqual(differentParts(response(200, 1, "a"), sent), []);
  assert.deepEqual(differentParts(response(500, 1, "b"), sent), ["status", "body"]);
  assert.deepEqual(differentParts(response(200, 1, "b"), { status: 200 }), []);
});
