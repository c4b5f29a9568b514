import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf } from "../../../static/js/providers/handshake-outcome.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * @param {unknown} content
 * @param {Partial<CapturedRequest>} [fields]
 */
function json(content, fields) {
  const text = JSON.stringify(content);
  return sample({
    headers: [["Content-Type", "application/json"]],
    body: { size: text.length, encoding: "utf-8", content: text, complete: true },
    ...fields,
  });
}

const ANY_SENDER = sample({ method: "GET", query_string: "challenge=abc" });
const ZOOM = json({ event: "endpoint.url_validation", payload: { plainToken: "a" }, event_ts: 1 });
const DISCORD = json(
  { version: 1, application_id: "1234160071979335688", type: 0 },
  {
    headers: [
      ["X-Signature-Ed25519", "00".repeat(64)],
      ["X-Signature-Timestamp", "1795322460"],
      ["Content-Type", "application/json"],
    ],
  },
);

/**
 * @param {CapturedRequest} request
 * @param {number} status
 * @param {string} by
 * @param {string[]} [remembered]
 */
const outcome = (request, status, by, remembered = []) =>
  outcomeOf(request, { status, by }, (provider) => remembered.includes(provider));

test("the response of the registry completes a handshake, also of an unknown sender", () => {
  const { state, text } = outcome(ANY_SENDER, 200, "handshake") ?? {};
  assert.equal(state, "done");
  assert.match(text ?? "", /The response contained its challenge\.$/);
  assert.equal(outcome(ZOOM, 200, "responder")?.state, "done");
});

test("a refused signature is neither right nor wrong", () => {
  const { state, text } = outcome(DISCORD, 401, "responder") ?? {};
  assert.equal(state, "refused");
  assert.match(text ?? "", /refused an invalid signature\.$/);
  assert.equal(outcome(DISCORD, 204, "responder")?.state, "done");
});

test("responses that the user decided are not judged", () => {
  for (const [by, whose] of [
    ["reply", "the configured response"],
    ["responder", "the response of the responder"],
  ]) {
    assert.deepEqual(outcome(ANY_SENDER, 200, by), {
      state: "own",
      text: `This is a handshake such as that of Nylas. It got ${whose}.`,
      needsSecret: false,
    });
  }
  assert.equal(outcome(ZOOM, 500, "responder")?.state, "own");
});

test("only a handshake whose secret is not remembered asks for it", () => {
  const asked = outcome(ZOOM, 200, "default");
  assert.equal(
    asked?.text,
    "This is a handshake of Zoom, which did not get the response that it expects.",
  );
  assert.equal(asked?.needsSecret, true);
  const late = outcome(ZOOM, 200, "default", ["zoom"]);
  assert.match(late?.text ?? "", /came too late, or the server does not wait/);
  assert.equal(late?.needsSecret, false);
  assert.equal(outcome(ANY_SENDER, 200, "default")?.needsSecret, false);
});

test("other requests have no outcome", () => {
  assert.equal(outcome(sample(), 200, "default"), null);
});
