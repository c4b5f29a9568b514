import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MOST_ENTRIES, Store } from "../../static/js/store.js";
import { sample } from "./samples.js";

/** @type {Store} */
let store;

beforeEach(() => {
  store = new Store();
});

/** What the list shows, newest first: ids, and gaps as "gap 3". */
const shown = () =>
  store.snapshot.entries.map((entry) =>
    entry.kind === "request"
      ? entry.request.id
      : `${entry.kind} ${entry.kind === "gap" ? entry.missed : entry.count}`,
  );

/** @param {...number} seqs */
const arrive = (...seqs) => {
  for (const seq of seqs) store.requestArrived(sample({ seq }));
};

test("new requests are put on top", () => {
  arrive(1, 2, 3);
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
});

test("the same id twice is shown once, and both positions count as seen", () => {
  store.requestArrived(sample({ seq: 1, id: "same" }));
  store.requestArrived(sample({ seq: 2, id: "same" }));
  store.requestArrived(sample({ seq: 3 }));
  assert.deepEqual(shown(), ["id 3", "same"]);
});

test("a hole in the counting shows as a gap at once", () => {
  arrive(1, 5);
  assert.deepEqual(shown(), ["id 5", "gap 3", "id 1"]);
});

test("a hole right behind the cut of joining shows as a gap", () => {
  store.joined({ epoch: "first", seq: 7, missed: 0, viewers: 1 });
  arrive(9);
  assert.deepEqual(shown(), ["id 9", "gap 1"]);
});

test("what was missed while away stands between what was seen before and after", () => {
  arrive(1);
  store.joined({ epoch: "first", seq: 4, missed: 3, viewers: 1 });
  arrive(5);
  assert.deepEqual(shown(), ["id 5", "gap 3", "id 1"]);
});

test("refused requests add up in one row until something else comes", () => {
  store.requestsRefused(2);
  store.requestsRefused(5);
  arrive(1);
  store.requestsRefused(1);
  assert.deepEqual(shown(), ["refused 1", "id 1", "refused 7"]);
});

test("a first join shows no gap", () => {
  store.joined({ epoch: "first", seq: 40, missed: 0, viewers: 1 });
  assert.deepEqual(shown(), []);
});

test("what the server cannot tell is said once, not at each of its restarts", () => {
  arrive(1);
  store.joined({ epoch: "second", seq: 0, missed: null, viewers: 1 });
  store.joined({ epoch: "third", seq: 0, missed: null, viewers: 1 });
  assert.deepEqual(shown(), ["gap null", "id 1"]);
});

test("a request that is counted anew without a join shows that nobody can tell", () => {
  arrive(1);
  store.requestArrived(sample({ epoch: "second", seq: 1, id: "other" }));
  assert.deepEqual(shown(), ["other", "gap null", "id 1"]);
});

test("only the newest thousand are kept, and a dropped id may come again", () => {
  arrive(...Array.from({ length: MOST_ENTRIES + 5 }, (_, at) => at + 1));
  assert.equal(shown().length, MOST_ENTRIES);
  assert.equal(shown().at(-1), "id 6");
  assert.equal(store.snapshot.arrived, MOST_ENTRIES + 5);
  store.requestArrived(sample({ seq: MOST_ENTRIES + 6, id: "id 1" }));
  assert.equal(shown()[0], "id 1");
});

test("the first request is selected without covering the list, later ones steal nothing", () => {
  arrive(1, 2);
  assert.equal(store.snapshot.selected?.id, "id 1");
  assert.equal(store.snapshot.opened, false);
});

test("a selected request stays readable when the list has dropped it", () => {
  arrive(...Array.from({ length: MOST_ENTRIES + 1 }, (_, at) => at + 1));
  assert.equal(store.snapshot.selected?.id, "id 1");
});

test("selecting opens, closing keeps the selection", () => {
  arrive(1, 2);
  store.select("id 2", true);
  assert.equal(store.snapshot.opened, true);
  store.close();
  assert.equal(store.snapshot.selected?.id, "id 2");
  assert.equal(store.snapshot.opened, false);
});

test("a gap or an unknown id cannot be selected", () => {
  arrive(1, 3);
  store.select("gap 1", true);
  store.select("nobody", true);
  assert.equal(store.snapshot.selected?.id, "id 1");
});

test("joining makes the page live", () => {
  assert.equal(store.snapshot.link.state, "connecting");
  store.joined({ epoch: "first", seq: 0, missed: 0, viewers: 1 });
  assert.deepEqual(store.snapshot.link, { state: "live", message: "" });
});

test("listeners are told of every change until they leave, and snapshots never change", () => {
  let calls = 0;
  const before = store.snapshot;
  const leave = store.subscribe(() => calls++);
  arrive(1);
  assert.ok(calls > 0);
  leave();
  const told = calls;
  arrive(2);
  assert.equal(calls, told);
  assert.deepEqual(before.entries, []);
});

test("it knows how many watch, from joining and from then on", () => {
  const store = new Store();
  store.joined({ epoch: "e", seq: 0, missed: 0, viewers: 2 });
  assert.equal(store.snapshot.viewers, 2);
  store.viewersChanged(3);
  assert.equal(store.snapshot.viewers, 3);
});
