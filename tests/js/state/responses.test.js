import assert from "node:assert/strict";
import { test } from "node:test";
import { Answers, answerText, statusTone } from "../../../static/js/state/responses.js";
import { sample } from "../samples.js";

/** @param {number} seq */
const answered = (seq, status = 200, epoch = "first") => ({ epoch, seq, status, by: "default" });

test("an answer is found by the epoch and seq of its request", () => {
  const answers = new Answers(10);
  answers.add(answered(1, 200));
  answers.add(answered(1, 503, "second"));
  answers.add(answered(11, 404));
  assert.equal(answers.get(sample({ seq: 1 }))?.status, 200);
  assert.equal(answers.get(sample({ seq: 1, epoch: "second" }))?.status, 503);
  assert.equal(answers.get(sample({ seq: 11 }))?.status, 404);
  assert.equal(answers.get(sample({ seq: 2 })), undefined);
});

test("the newest are kept, and fewer when fewer are wanted", () => {
  const answers = new Answers(3);
  for (const seq of [1, 2, 3, 4]) answers.add(answered(seq));
  const known = () => [1, 2, 3, 4].filter((seq) => answers.get(sample({ seq })));
  assert.deepEqual(known(), [2, 3, 4]);
  answers.most = 1;
  assert.deepEqual(known(), [4]);
});

test("it says in words what decided the answer, where that is known", () => {
  assert.equal(answerText({ status: 503, by: "reply" }, sample()), "answered 503 by the reply");
  assert.equal(answerText({ status: 200, by: "default" }, sample()), "answered 200 by default");
  assert.equal(answerText({ status: 404, by: "path" }, sample()), "answered 404 as its path asked");
  assert.equal(
    answerText({ status: 201, by: "answerer" }, sample()),
    "answered 201 by an answerer",
  );
  assert.equal(answerText({ status: 200, by: "constructor" }, sample()), "answered 200");
  const large = sample({ body: { size: 2000, encoding: "utf-8", content: "", complete: false } });
  const rejected = { status: 413, by: "default" };
  const sentence = "rejected 413: larger than this server’s limit";
  assert.equal(answerText(rejected, large), sentence);
  assert.equal(answerText(rejected, large, 1000), `${sentence} of 1,000 bytes`);
});

test("success is quiet, redirects, refusals and failures each have a tone", () => {
  assert.deepEqual([200, 299, 301, 404, 503, 599].map(statusTone), [
    "quiet",
    "quiet",
    "elsewhere",
    "refused",
    "failed",
    "failed",
  ]);
});
