import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { DEFAULT_REPLY } from "../../../static/js/reply/reply.js";
import { MAX_CHARACTERS } from "../../../static/js/state/kept.js";
import { DEFAULTS } from "../../../static/js/state/settings.js";
import { Store } from "../../../static/js/state/store.js";
import { sample } from "../samples.js";

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

const selected = () => store.snapshot.selected?.id;

/** @param {...number} seqs */
const arrive = (...seqs) => {
  for (const seq of seqs) store.requestArrived(sample({ seq }));
};

/**
 * @param {number} count
 * @param {string} message
 */
const refuse = (count, message = "a") =>
  store.requestsRefused({ count, status: 400, reason: "bad_request", message });

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

test("a hole in seq right after joining shows as a gap", () => {
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
  refuse(2);
  refuse(5, "b");
  const [newest] = store.snapshot.entries;
  assert.equal(newest.kind === "refused" && newest.message, "b");
  arrive(1);
  refuse(1);
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
  arrive(...Array.from({ length: DEFAULTS.most + 5 }, (_, at) => at + 1));
  assert.equal(shown().length, DEFAULTS.most);
  assert.equal(shown().at(-1), "id 6");
  assert.equal(store.snapshot.arrived, DEFAULTS.most + 5);
  assert.equal(store.snapshot.dropped, 5);
  store.requestArrived(sample({ seq: DEFAULTS.most + 6, id: "id 1" }));
  assert.equal(shown()[0], "id 1");
});

test("how many are kept can be chosen, and be changed at any time", () => {
  store = new Store(3);
  arrive(1, 2, 3, 4);
  assert.deepEqual(shown(), ["id 4", "id 3", "id 2"]);
  store.most = 1;
  assert.deepEqual(shown(), ["id 4"]);
  arrive(5);
  assert.deepEqual(shown(), ["id 5"]);
});

test("large bodies are kept as long as they are light enough together, the newest always", () => {
  const content = "x".repeat(MAX_CHARACTERS / 2);
  const body = { size: content.length, encoding: /** @type {const} */ ("utf-8"), content };
  for (const seq of [1, 2, 3]) {
    store.requestArrived(sample({ seq, body: { ...body, complete: true } }));
  }
  assert.deepEqual(shown(), ["id 3", "id 2"]);
  store.requestArrived(
    sample({ seq: 4, body: { ...body, content: content.repeat(3), complete: true } }),
  );
  assert.deepEqual(shown(), ["id 4"]);
});

test("what arrives while paused waits, in its order and with its gaps", () => {
  arrive(1);
  store.pause();
  arrive(2, 5);
  refuse(2);
  refuse(1);
  assert.deepEqual(shown(), ["id 1"]);
  assert.equal(store.snapshot.paused, true);
  assert.equal(store.snapshot.held, 2);
  assert.equal(store.snapshot.arrived, 1);
  store.resume();
  assert.deepEqual(shown(), ["refused 3", "id 5", "gap 2", "id 2", "id 1"]);
  assert.equal(store.snapshot.paused, false);
  assert.equal(store.snapshot.held, 0);
  assert.equal(store.snapshot.arrived, 3);
});

test("no more wait than would be kept, and all that were dropped are counted", () => {
  store = new Store(2);
  arrive(1);
  store.pause();
  arrive(2, 3, 4, 5);
  assert.equal(store.snapshot.held, 2);
  store.resume();
  assert.deepEqual(shown(), ["id 5", "id 4"]);
  assert.equal(store.snapshot.dropped, 3);
});

test("a retry of one that waits is shown once, too", () => {
  store.pause();
  store.requestArrived(sample({ seq: 1, id: "same" }));
  store.requestArrived(sample({ seq: 2, id: "same" }));
  store.resume();
  assert.deepEqual(shown(), ["same"]);
});

test("clearing empties the list and keeps the position, so that a later hole still shows", () => {
  arrive(1, 2);
  store.clear();
  assert.deepEqual(shown(), []);
  assert.equal(selected(), undefined);
  arrive(5);
  assert.deepEqual(shown(), ["id 5", "gap 2"]);
  assert.equal(selected(), "id 5");
});

test("what was cleared can be had back, below what has come since", () => {
  arrive(1, 2);
  store.clear();
  assert.equal(store.snapshot.cleared, 2);
  arrive(3);
  store.undoClear();
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
  assert.equal(store.snapshot.cleared, 0);
  store.clear();
  store.forgetCleared();
  store.undoClear();
  assert.deepEqual(shown(), []);
});

test("what was cleared in two goes comes back in one", () => {
  arrive(1, 2);
  store.clear();
  arrive(3);
  store.clear();
  assert.equal(store.snapshot.cleared, 3);
  store.undoClear();
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
});

test("clearing while paused keeps what waits", () => {
  arrive(1);
  store.pause();
  arrive(2);
  store.clear();
  assert.equal(store.snapshot.held, 1);
  store.resume();
  assert.deepEqual(shown(), ["id 2"]);
});

test("a filter picks requests and leaves notices, which may stand for matching ones", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(3);
  store.setFilter("method:get");
  assert.deepEqual(
    store.snapshot.shown.map(({ kind }) => kind),
    ["gap", "request"],
  );
  assert.equal(store.snapshot.matching, 1);
  assert.equal(store.snapshot.requests, 2);
  store.requestArrived(sample({ seq: 4, method: "GET" }));
  assert.equal(store.snapshot.matching, 2);
  store.setFilter("");
  assert.equal(store.snapshot.shown, store.snapshot.entries);
});

test("requests that nobody saw are counted until somebody looks", () => {
  arrive(1);
  store.visibilityChanged(false);
  arrive(2, 3);
  assert.equal(store.snapshot.unseen, 2);
  store.visibilityChanged(true);
  arrive(4);
  assert.equal(store.snapshot.unseen, 0);
});

test("a burst costs one copy of the list, when the snapshot is asked for", () => {
  arrive(1);
  const before = store.snapshot;
  assert.equal(store.snapshot, before);
  arrive(2, 3);
  assert.notEqual(store.snapshot, before);
  assert.equal(before.entries.length, 1);
});

test("all arrivals count for the plot, those that wait as well", () => {
  arrive(1);
  store.pause();
  arrive(2, 3);
  assert.equal(
    store.rate.steps(Date.now()).reduce((sum, each) => sum + each),
    3,
  );
});

test("a request that the filter hides is not selected while it does", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(2);
  store.setFilter("method:post");
  assert.deepEqual([selected(), store.snapshot.hidden], [undefined, true]);
  store.setFilter("method:get");
  assert.deepEqual([selected(), store.snapshot.hidden], ["id 1", false]);
  store.setFilter("method:post");
  store.select("id 2", false);
  assert.equal(selected(), "id 2");
});

test("one that is to be compared stays selected while a filter finds the other", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(2);
  store.compare();
  store.setFilter("method:post");
  assert.equal(selected(), "id 1");
  assert.equal(store.snapshot.compared, store.snapshot.selected);
});

test("the first request is selected without covering the list, later ones steal nothing", () => {
  arrive(1, 2);
  assert.equal(selected(), "id 1");
  assert.equal(store.snapshot.opened, false);
});

test("a selected request stays readable when the list has dropped it", () => {
  arrive(...Array.from({ length: DEFAULTS.most + 1 }, (_, at) => at + 1));
  assert.equal(selected(), "id 1");
});

test("selecting opens, closing keeps the selection", () => {
  arrive(1, 2);
  store.select("id 2", true);
  assert.equal(store.snapshot.opened, true);
  store.close();
  assert.equal(selected(), "id 2");
  assert.equal(store.snapshot.opened, false);
});

test("a gap or an unknown id cannot be selected", () => {
  arrive(1, 3);
  store.select("gap 1", true);
  store.select("nobody", true);
  assert.equal(selected(), "id 1");
});

test("joining makes the page live", () => {
  assert.equal(store.snapshot.link.state, "connecting");
  store.joined({ epoch: "first", seq: 0, missed: 0, viewers: 1 });
  assert.deepEqual(store.snapshot.link, { state: "live", message: "", retryAt: 0 });
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

/** @param {number} seq */
const response = (seq, status = 200) =>
  store.requestResponded({ epoch: "first", seq, status, by: "default" });

/** @param {number} seq */
const responseOf = (seq) => store.snapshot.responses.get(sample({ seq }))?.status;

test("the response is known of requests in the list, and of those that wait", () => {
  arrive(1);
  store.pause();
  arrive(2);
  response(2, 503);
  response(1, 404);
  store.resume();
  assert.deepEqual([responseOf(1), responseOf(2), responseOf(3)], [404, 503, undefined]);
});

test("responses are kept for as many requests as the list and what waits can hold", () => {
  const store = new Store(100);
  for (let seq = 1; seq <= 201; seq++) {
    store.requestResponded({ epoch: "first", seq, status: 200, by: "default" });
  }
  const known = (/** @type {number} */ seq) => store.snapshot.responses.get(sample({ seq }));
  assert.equal(known(1), undefined);
  assert.ok(known(2));
  store.most = 10;
  assert.equal(known(181), undefined);
  assert.ok(known(182));
});

const replyStatus = () => store.snapshot.reply?.status ?? null;

const joined = { epoch: "first", seq: 0, missed: 0, viewers: 1 };

test("the reply is not known until it is read or told, and one that was reset is the default", () => {
  assert.equal(replyStatus(), null);
  store.joined(joined);
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 503);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  assert.equal(replyStatus(), 404);
  store.replyChanged(null);
  assert.deepEqual(store.snapshot.reply, DEFAULT_REPLY);
});

test("what the stream told while the reply was read is newer", () => {
  store.joined(joined);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 404);
});

test("a reply that is read after joining again replaces what was told before", () => {
  store.joined(joined);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  store.joined(joined);
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 503);
});
