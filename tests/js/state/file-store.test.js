import assert from "node:assert/strict";
import { test } from "node:test";
import { FileStore } from "../../../static/js/state/file-store.js";
import { NO_RECOGNISER } from "../../../static/js/state/recogniser.js";
import { sample } from "../samples.js";

test("the requests of a file are read, without gaps, and with their own age", () => {
  const requests = [
    {
      request: sample({ id: "a", epoch: "one", seq: 7 }),
      response: { status: 201, by: "reply" },
      note: "x".repeat(501),
    },
    { request: sample({ id: "b", epoch: "two", seq: 3 }), response: undefined },
  ];
  let closed = 0;
  const store = new FileStore(requests, NO_RECOGNISER, () => closed++);
  const { entries, unread, selected, responses, clock, arrived, paused, notes, pinned } =
    store.snapshot;
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ["request", "request"],
  );
  assert.deepEqual([unread.size, arrived, selected?.id], [0, 2, "b"]);
  assert.deepEqual([...notes], [["a", "x".repeat(500)]]);
  assert.equal(pinned.size, 0);
  assert.equal(responses.get(requests[0].request)?.status, 201);
  assert.equal(clock.age("2026-11-22T04:41:00Z", Date.parse("2026-11-22T04:42:00Z")), 60_000);
  store.pause();
  assert.equal(store.snapshot.paused, paused);
  store.clear();
  assert.equal(closed, 1);
});

test("a file without requests is shown empty", () => {
  assert.equal(new FileStore([], NO_RECOGNISER, () => {}).snapshot.entries.length, 0);
});
