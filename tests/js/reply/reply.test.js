import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_REPLY } from "../../../static/js/reply/default-reply.js";
import { applyPreset, PRESETS } from "../../../static/js/reply/presets.js";
import { draftOf, problemOf, replyOf, replyText } from "../../../static/js/reply/reply.js";
import { ReplyProblem } from "../../../static/js/reply/texts.js";

/** @typedef {import("../../../static/js/reply/reply.js").Reply} Reply */
/** @typedef {import("../../../static/js/reply/reply.js").Draft} Draft */

/**
 * @param {Partial<Reply>} fields
 * @returns {Reply}
 */
const reply = (fields) => ({ ...DEFAULT_REPLY, ...fields });

/**
 * @param {Partial<Draft>} fields
 * @returns {Draft}
 */
const draft = (fields) => ({ ...draftOf(DEFAULT_REPLY), ...fields });

/** @param {string} name */
function preset(name) {
  const found = PRESETS.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

test("the text describes the response", () => {
  assert.equal(replyText(DEFAULT_REPLY), "Responds with 200, no body");
  const soon = { status: 503, times: 3, delay: 2 };
  assert.equal(replyText(reply(soon)), "Responds with 503 to the next 3 requests, after 2 s");
  assert.equal(replyText(reply({ times: 1 })), "Responds with 200 to the next request");
  assert.equal(replyText(reply({ cors: false })), "Responds with 200, without CORS");
  const template = /** @type {const} */ ({ encoding: "utf-8", content: "{{ uuid }}" });
  assert.equal(
    replyText(reply({ template: true, body: template })),
    "Responds with 200, 10 B, with values of the request",
  );
});

test("the text lists the statuses of a sequence, and how many were sent", () => {
  assert.equal(replyText(reply({ sequence: [503] })), "Responds with 503");
  const sequence = [503, { status: 429 }, {}];
  assert.equal(replyText(reply({ sequence })), "Responds with 503, 429, then 200");
  assert.equal(
    replyText(reply({ sequence, used: 2 })),
    "Responds with 503, 429, then 200 (2 of 3 sent)",
  );
  const long = Array(9).fill(500);
  assert.equal(
    replyText(reply({ sequence: long })),
    "Responds with 500, 500, 500, 500, 500, 500, …, then 500",
  );
});

test("the text gives the size of a body, and its type if set", () => {
  const body = /** @type {const} */ ({ encoding: "utf-8", content: "{}é" });
  assert.equal(replyText(reply({ body })), "Responds with 200, 4 B");
  const headers = /** @type {[string, string][]} */ ([
    ["content-type", "application/json; charset=utf-8"],
  ]);
  assert.equal(replyText(reply({ body, headers })), "Responds with 200, 4 B of application/json");
});

test("a reply is unchanged after a round trip through the form", () => {
  const kept = reply({
    status: 429,
    headers: [
      ["Retry-After", "60"],
      ["X-Dup", "a: b"],
      ["X-Empty", ""],
    ],
    body: { encoding: "base64", content: "AP8=" },
    delay: 0.5,
    times: 7,
    cors: false,
    template: true,
  });
  assert.deepEqual(replyOf(draftOf(kept)), kept);
  assert.deepEqual(replyOf(draftOf(DEFAULT_REPLY)), DEFAULT_REPLY);
});

test("an unchanged sequence continues, unless it is started again", () => {
  for (const [sequence, text] of [
    [[503, 503, 200], "503, 503, 200"],
    [[503, { status: 200, delay: 1 }], '[503,{"status":200,"delay":1}]'],
  ]) {
    const kept = reply({ sequence: /** @type {any} */ (sequence), used: 1 });
    const changed = draftOf(kept);
    assert.equal(changed.sequence, text);
    assert.deepEqual(replyOf(changed, kept), kept);
    const later = reply({ ...kept, used: 2 });
    assert.deepEqual(replyOf(changed, later), later);
    const again = reply({ sequence: /** @type {any} */ (sequence) });
    assert.deepEqual(replyOf({ ...changed, restart: true }, kept), again);
    assert.deepEqual(replyOf(changed, reply({ sequence: [503], used: 1 })), again);
  }
});

test("a typed sequence may have any separators, and errors are the server's", () => {
  assert.deepEqual(replyOf(draft({ sequence: " 503 503,,200, " })).sequence, [503, 503, 200]);
  assert.deepEqual(replyOf(draft({ sequence: "503 soon" })).sequence, [503, "soon"]);
  assert.throws(() => replyOf(draft({ sequence: "[503," })), { field: "sequence" });
});

test("spaces around values are ignored, and an empty delay is 0", () => {
  const typed = draft({ status: " 204 ", headers: "\n A :  b \n\n", delay: "", times: " " });
  const asked = { ...DEFAULT_REPLY, status: 204, headers: [["A", "b"]] };
  assert.deepEqual(replyOf(typed), asked);
});

test("an invalid number is sent unchanged, for the server to refuse", () => {
  const { status, delay, times } = replyOf(draft({ status: "", delay: "soon", times: "1e999" }));
  assert.deepEqual([status, delay, times], ["", "soon", "1e999"]);
});

test("a header line without a colon is named in the error", () => {
  assert.throws(() => replyOf(draft({ headers: "Retry-After 60" })), {
    field: "headers",
  });
});

test("a problem with a field shows at the field, without the field's name", () => {
  for (const text of ["status: must be a whole number.", "must be a whole number."]) {
    assert.deepEqual(problemOf(new ReplyProblem(text, "status")), {
      field: "status",
      text: "must be a whole number.",
    });
  }
});

test("any other problem shows unchanged and at no field", () => {
  const text = "status: what it says.";
  for (const error of [
    new Error(text),
    new ReplyProblem(text),
    new ReplyProblem(text, "colour"),
    new ReplyProblem(text, "constructor"),
  ]) {
    assert.deepEqual(problemOf(error), { field: null, text });
  }
});

test("a preset replaces the response, but not times and cors", () => {
  const typed = draft({ status: "418", headers: "A: b", delay: "9", times: "2", cors: false });
  const changed = applyPreset(typed, preset("204"));
  assert.deepEqual(changed, draft({ status: "204", times: "2", cors: false }));
});

test("presets carry the headers that belong to their status", () => {
  const headers = (/** @type {string} */ name) => preset(name).fields.headers;
  assert.match(headers("429") ?? "", /^Retry-After: \d+$/);
  assert.match(headers("301") ?? "", /^Location: /);
  assert.equal(preset("Timeout").fields.delay, "30");
});
