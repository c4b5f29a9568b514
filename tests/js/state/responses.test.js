import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decidedBy,
  Responses,
  responseText,
  statusTone,
} from "../../../static/js/state/responses.js";
import { sample } from "../samples.js";

/** @param {number} seq */
const responded = (seq, status = 200, epoch = "first") => ({ epoch, seq, status, by: "default" });

test("a response is found by the epoch and seq of its request", () => {
  const responses = new Responses(10);
  responses.add(responded(1, 200));
  responses.add(responded(1, 503, "second"));
  responses.add(responded(11, 404));
  assert.equal(responses.get(sample({ seq: 1 }))?.status, 200);
  assert.equal(responses.get(sample({ seq: 1, epoch: "second" }))?.status, 503);
  assert.equal(responses.get(sample({ seq: 11 }))?.status, 404);
  assert.equal(responses.get(sample({ seq: 2 })), undefined);
});

test("the newest responses are kept, up to the limit", () => {
  const responses = new Responses(3);
  for (const seq of [1, 2, 3, 4]) responses.add(responded(seq));
  const known = () => [1, 2, 3, 4].filter((seq) => responses.get(sample({ seq })));
  assert.deepEqual(known(), [2, 3, 4]);
  responses.limit = 1;
  assert.deepEqual(known(), [4]);
});

test("details are kept for the newest responses, up to a limit", () => {
  const responses = new Responses(1000);
  const content = "x".repeat(2 ** 20);
  /** @type {import("../../../static/js/wire/contract.js").Body} */
  const body = { size: content.length, encoding: "utf-8", content, complete: true };
  for (let seq = 1; seq <= 20; seq++) {
    responses.add({ ...responded(seq), headers: [["a", "b"]], body, seconds: 0.5 });
  }
  responses.add({ ...responded(20), headers: [["a", "b"]], body, seconds: 0.5 });
  const detailed = Array.from({ length: 20 }, (_, at) => responses.get(sample({ seq: at + 1 })));
  assert.equal(detailed.filter((each) => each?.body).length, 15);
  assert.deepEqual(detailed[0], { status: 200, by: "default" });
  assert.equal(detailed[19]?.seconds, 0.5);
});

test("the text names the source of a response if it is known", () => {
  assert.equal(responseText({ status: 503, by: "reply" }, sample()), "response 503 (configured)");
  assert.equal(responseText({ status: 200, by: "default" }, sample()), "response 200 (default)");
  assert.equal(
    responseText({ status: 404, by: "path" }, sample()),
    "response 404 (set by the path)",
  );
  assert.equal(
    responseText({ status: 201, by: "responder" }, sample()),
    "response 201 (from the responder)",
  );
  assert.equal(responseText({ status: 200, by: "constructor" }, sample()), "response 200");
  const large = sample({ body: { size: 2000, encoding: "utf-8", content: "", complete: false } });
  const rejected = { status: 413, by: "default" };
  const sentence = "rejected 413: larger than this server’s limit";
  assert.equal(responseText(rejected, large), sentence);
  assert.equal(responseText(rejected, large, 1000), `${sentence} of 1,000 bytes`);
});

test("success, redirects, client errors and server errors have different tones", () => {
  assert.deepEqual([200, 299, 301, 404, 503, 599].map(statusTone), [
    "quiet",
    "quiet",
    "elsewhere",
    "refused",
    "failed",
    "failed",
  ]);
});

test("the source of a response is named, with the provider of a handshake", () => {
  assert.equal(decidedBy("reply"), "from the configured reply");
  assert.match(decidedBy("handshake", "Slack"), /handshake of Slack$/);
  assert.match(decidedBy("handshake"), /to a handshake$/);
  assert.equal(decidedBy("constructor"), "");
});
