import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { DEFAULT_REPLY } from "../../../static/js/reply/default-reply.js";
import { MAX_NOTE, MAX_PINNED } from "../../../static/js/state/annotations.js";
import { MAX_CHARACTERS } from "../../../static/js/state/entry-buffer.js";
import { Filter } from "../../../static/js/state/filter.js";
import { DEFAULTS } from "../../../static/js/state/settings.js";
import { Store } from "../../../static/js/state/store.js";
import { sample } from "../samples.js";

/** @type {Store} */
let store;

beforeEach(() => {
  store = new Store();
});

/** Return the list, newest first: ids, and gaps as "gap 3". */
const shown = () =>
  store.snapshot.entries.map((entry) => {
    if (entry.kind === "request") return entry.request.id;
    if (entry.kind === "gap") return `gap ${entry.missed}`;
    return `${entry.kind} ${entry.kind === "recovered" ? entry.recovered : entry.count}`;
  });

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

test("new requests come first", () => {
  arrive(1, 2, 3);
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
});

test("the same id twice is shown once, and both positions count as seen", () => {
  store.requestArrived(sample({ seq: 1, id: "same" }));
  store.requestArrived(sample({ seq: 2, id: "same" }));
  store.requestArrived(sample({ seq: 3 }));
  assert.deepEqual(shown(), ["id 3", "same"]);
});

test("a jump in seq shows as a gap at once", () => {
  arrive(1, 5);
  assert.deepEqual(shown(), ["id 5", "gap 3", "id 1"]);
});

test("a jump in seq right after joining shows as a gap", () => {
  store.joined({ epoch: "first", seq: 7, missed: 0, viewers: 1 });
  arrive(9);
  assert.deepEqual(shown(), ["id 9", "gap 1"]);
});

test("requests missed while disconnected show between the requests before and after", () => {
  arrive(1);
  store.joined({ epoch: "first", seq: 4, missed: 3, viewers: 1 });
  arrive(5);
  assert.deepEqual(shown(), ["id 5", "gap 3", "id 1"]);
});

test("recovered requests show after their notice, and that after the gap", () => {
  arrive(1);
  store.joined({ epoch: "first", seq: 3, missed: 2, viewers: 1, recovered: 2 });
  arrive(4, 5, 6);
  assert.deepEqual(shown(), ["id 6", "id 5", "id 4", "recovered 2", "gap 2", "id 1"]);
});

test("requests that are recovered after a second reconnect share one notice", () => {
  arrive(1);
  const joined = { epoch: "first", seq: 1, missed: 0, viewers: 1 };
  store.joined({ ...joined, recovered: 1 });
  store.joined({ ...joined, recovered: 3 });
  assert.deepEqual(shown(), ["recovered 3", "id 1"]);
  arrive(2);
  store.joined({ ...joined, seq: 2, recovered: 2 });
  assert.deepEqual(shown(), ["recovered 2", "id 2", "recovered 3", "id 1"]);
});

test("consecutive refused requests share one notice", () => {
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

test("an unknown number of missed requests shows once, not at each restart", () => {
  arrive(1);
  store.joined({ epoch: "second", seq: 0, missed: null, viewers: 1 });
  store.joined({ epoch: "third", seq: 0, missed: null, viewers: 1 });
  assert.deepEqual(shown(), ["gap null", "id 1"]);
});

test("a new epoch without a join shows a gap of unknown size", () => {
  arrive(1);
  store.requestArrived(sample({ epoch: "second", seq: 1, id: "other" }));
  assert.deepEqual(shown(), ["other", "gap null", "id 1"]);
});

test("only the newest thousand are kept, and a dropped id can arrive again", () => {
  arrive(...Array.from({ length: DEFAULTS.maxEntries + 5 }, (_, at) => at + 1));
  assert.equal(shown().length, DEFAULTS.maxEntries);
  assert.equal(shown().at(-1), "id 6");
  assert.equal(store.snapshot.arrived, DEFAULTS.maxEntries + 5);
  assert.equal(store.snapshot.dropped, 5);
  store.requestArrived(sample({ seq: DEFAULTS.maxEntries + 6, id: "id 1" }));
  assert.equal(shown()[0], "id 1");
});

test("the maximum can be set, and changed at any time", () => {
  store = new Store(3);
  arrive(1, 2, 3, 4);
  assert.deepEqual(shown(), ["id 4", "id 3", "id 2"]);
  store.maxEntries = 1;
  assert.deepEqual(shown(), ["id 4"]);
  arrive(5);
  assert.deepEqual(shown(), ["id 5"]);
});

test("large bodies are kept up to a total size, and the newest always", () => {
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

test("requests that arrive while paused wait, in order and with their gaps", () => {
  arrive(1);
  store.pause();
  arrive(2, 5);
  refuse(2);
  refuse(1);
  assert.deepEqual(shown(), ["id 1"]);
  assert.equal(store.snapshot.paused, true);
  assert.equal(store.snapshot.waiting, 2);
  assert.equal(store.snapshot.arrived, 1);
  store.resume();
  assert.deepEqual(shown(), ["refused 3", "id 5", "gap 2", "id 2", "id 1"]);
  assert.equal(store.snapshot.paused, false);
  assert.equal(store.snapshot.waiting, 0);
  assert.equal(store.snapshot.arrived, 3);
});

test("at most as many requests wait as the list keeps, and dropped ones are counted", () => {
  store = new Store(2);
  arrive(1);
  store.pause();
  arrive(2, 3, 4, 5);
  assert.equal(store.snapshot.waiting, 2);
  store.resume();
  assert.deepEqual(shown(), ["id 5", "id 4"]);
  assert.equal(store.snapshot.dropped, 3);
});

test("a duplicate of a waiting request shows once", () => {
  store.pause();
  store.requestArrived(sample({ seq: 1, id: "same" }));
  store.requestArrived(sample({ seq: 2, id: "same" }));
  store.resume();
  assert.deepEqual(shown(), ["same"]);
});

test("clearing empties the list and keeps the position, so that later gaps show", () => {
  arrive(1, 2);
  store.clear();
  assert.deepEqual(shown(), []);
  assert.equal(selected(), undefined);
  arrive(5);
  assert.deepEqual(shown(), ["id 5", "gap 2"]);
  assert.equal(selected(), "id 5");
});

test("cleared requests can be restored, below newer ones", () => {
  arrive(1, 2);
  store.clear();
  assert.equal(store.snapshot.removed.count, 2);
  arrive(3);
  store.undo();
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
  assert.equal(store.snapshot.removed.count, 0);
  store.clear();
  store.forgetRemoved();
  store.undo();
  assert.deepEqual(shown(), []);
});

test("one undo restores two clears", () => {
  arrive(1, 2);
  store.clear();
  arrive(3);
  store.clear();
  assert.equal(store.snapshot.removed.count, 3);
  store.undo();
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
});

test("a deleted request gives way to its neighbour and can be restored in its place", () => {
  arrive(1, 2, 3);
  store.select("id 2", true);
  store.remove("id 2");
  assert.deepEqual(shown(), ["id 3", "id 1"]);
  assert.deepEqual([selected(), store.snapshot.opened], ["id 1", false]);
  assert.deepEqual(store.snapshot.removed, { count: 1, cleared: false });
  store.remove("id 1");
  assert.equal(selected(), "id 3");
  store.remove("id 3");
  assert.deepEqual([shown(), selected()], [[], undefined]);
  arrive(4);
  store.undo();
  assert.deepEqual(shown(), ["id 4", "id 3", "id 2", "id 1"]);
  store.remove("id 2");
  store.undo();
  assert.equal(selected(), "id 2");
});

test("requests that are deleted and then cleared are restored together", () => {
  arrive(1, 2, 3);
  store.remove("id 2");
  store.clear();
  assert.deepEqual(store.snapshot.removed, { count: 3, cleared: true });
  store.undo();
  assert.deepEqual(shown(), ["id 3", "id 2", "id 1"]);
});

test("a notice does not continue one that was cleared", () => {
  arrive(1);
  refuse(1);
  store.clear();
  refuse(2);
  assert.deepEqual(shown(), ["refused 2"]);
  store.undo();
  assert.deepEqual(shown(), ["refused 2", "refused 1", "id 1"]);
});

test("removed requests are limited like the list, and do not take its room", () => {
  store = new Store(3);
  for (const start of [0, 3, 6]) {
    arrive(start + 1, start + 2, start + 3);
    store.clear();
  }
  arrive(10, 11, 12);
  assert.deepEqual(shown(), ["id 12", "id 11", "id 10"]);
  assert.equal(store.snapshot.removed.count, 3);
});

test("pinned requests stay in their place when others are dropped or cleared", () => {
  store = new Store(3);
  arrive(1, 2);
  assert.equal(store.togglePin("id 1"), true);
  arrive(3, 4, 5);
  assert.deepEqual(shown(), ["id 5", "id 4", "id 1"]);
  store.clear();
  assert.deepEqual([shown(), selected()], [["id 1"], "id 1"]);
  arrive(6);
  store.undo();
  assert.deepEqual(shown(), ["id 6", "id 5", "id 1"]);
  store.togglePin("id 1");
  arrive(7, 8);
  assert.deepEqual(shown(), ["id 8", "id 7", "id 6"]);
  assert.equal(store.snapshot.pinned.size, 0);
});

test("the number of pinned requests is limited, and only requests can be pinned", () => {
  arrive(...Array.from({ length: MAX_PINNED + 1 }, (_, at) => at + 1));
  for (let seq = 1; seq <= MAX_PINNED; seq++) assert.ok(store.togglePin(`id ${seq}`));
  const next = `id ${MAX_PINNED + 1}`;
  assert.equal(store.togglePin(next), false);
  assert.equal(store.setNote(next, "a"), false);
  store.togglePin("id 1");
  assert.equal(store.togglePin("unknown"), false);
  assert.equal(store.setNote(next, "a"), true);
});

test("a note pins its request, is limited, and goes with it", () => {
  store = new Store(1);
  arrive(1);
  store.setNote("id 1", ` ${"x".repeat(MAX_NOTE + 1)}`);
  assert.equal(store.snapshot.notes.get("id 1"), "x".repeat(MAX_NOTE));
  assert.ok(store.snapshot.pinned.has("id 1"));
  store.setNote("id 1", " ");
  assert.equal(store.snapshot.notes.size, 0);
  store.setNote("id 1", "why");
  store.remove("id 1");
  store.undo();
  assert.equal(store.snapshot.notes.get("id 1"), "why");
  store.remove("id 1");
  store.forgetRemoved();
  assert.equal(store.snapshot.notes.size + store.snapshot.pinned.size, 0);
});

test("a request is unread from its arrival in the list until it is opened", () => {
  arrive(1);
  store.pause();
  arrive(2);
  assert.deepEqual([...store.snapshot.unread], ["id 1"]);
  store.resume();
  store.read("id 1");
  assert.deepEqual([...store.snapshot.unread], ["id 2"]);
  store.remove("id 2");
  assert.equal(store.snapshot.unread.size, 0);
  store.undo();
  assert.deepEqual([...store.snapshot.unread], ["id 2"]);
  store.readAll();
  assert.equal(store.snapshot.unread.size, 0);
});

test("a dropped request is no longer unread", () => {
  store = new Store(2);
  arrive(1, 2, 3);
  assert.deepEqual([...store.snapshot.unread], ["id 2", "id 3"]);
});

test("following selects the newest request that the filter shows, but not during a comparison", () => {
  arrive(1, 2);
  store.follow = true;
  assert.equal(selected(), "id 2");
  store.requestArrived(sample({ seq: 3, method: "GET" }));
  assert.equal(selected(), "id 3");
  store.setFilter(new Filter("method:post"));
  arrive(4);
  store.requestArrived(sample({ seq: 5, method: "GET" }));
  assert.equal(selected(), "id 4");
  store.compare();
  arrive(6);
  assert.equal(selected(), "id 4");
  store.close();
  assert.equal(selected(), "id 6");
  store.follow = false;
  arrive(7);
  assert.equal(selected(), "id 6");
});

test("following waits while the user works on the selected request", () => {
  let isWorking = true;
  store.isWorking = () => isWorking;
  arrive(1, 2);
  store.follow = true;
  assert.equal(selected(), "id 2", "the user has just asked for it");
  arrive(3);
  assert.equal(selected(), "id 2");
  isWorking = false;
  arrive(4);
  assert.equal(selected(), "id 4");
});

test("clearing while paused keeps the waiting requests", () => {
  arrive(1);
  store.pause();
  arrive(2);
  store.clear();
  assert.equal(store.snapshot.waiting, 1);
  store.resume();
  assert.deepEqual(shown(), ["id 2"]);
});

test("a filter selects requests and keeps all notices", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(3);
  store.setFilter(new Filter("method:get"));
  assert.deepEqual(
    store.snapshot.shown.map(({ kind }) => kind),
    ["gap", "request"],
  );
  assert.equal(store.snapshot.matching, 1);
  assert.equal(store.snapshot.requests, 2);
  store.requestArrived(sample({ seq: 4, method: "GET" }));
  assert.equal(store.snapshot.matching, 2);
  store.setFilter(new Filter(""));
  assert.equal(store.snapshot.shown, store.snapshot.entries);
});

test("unseen requests are counted until the page is visible", () => {
  arrive(1);
  store.visibilityChanged(false);
  arrive(2, 3);
  assert.equal(store.snapshot.unseen, 2);
  store.visibilityChanged(true);
  arrive(4);
  assert.equal(store.snapshot.unseen, 0);
});

test("a burst copies the list once, when the snapshot is read", () => {
  arrive(1);
  const before = store.snapshot;
  assert.equal(store.snapshot, before);
  arrive(2, 3);
  assert.notEqual(store.snapshot, before);
  assert.equal(before.entries.length, 1);
});

test("the plot counts all requests, including those that wait", () => {
  arrive(1);
  store.pause();
  arrive(2, 3);
  assert.equal(
    store.rate.steps(Date.now()).reduce((sum, each) => sum + each),
    3,
  );
});

test("a request is not selected while the filter hides it", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(2);
  store.setFilter(new Filter("method:post"));
  assert.deepEqual([selected(), store.snapshot.hidden], [undefined, true]);
  store.setFilter(new Filter("method:get"));
  assert.deepEqual([selected(), store.snapshot.hidden], ["id 1", false]);
  store.setFilter(new Filter("method:post"));
  store.select("id 2", false);
  assert.equal(selected(), "id 2");
});

test("a request to compare stays selected while the filter hides it", () => {
  store.requestArrived(sample({ seq: 1, method: "GET" }));
  arrive(2);
  store.compare();
  store.setFilter(new Filter("method:post"));
  assert.equal(selected(), "id 1");
  assert.equal(store.snapshot.compared, store.snapshot.selected);
});

test("the first request is selected without covering the list, and stays selected", () => {
  arrive(1, 2);
  assert.equal(selected(), "id 1");
  assert.equal(store.snapshot.opened, false);
});

test("a selected request stays readable when the list has dropped it", () => {
  arrive(...Array.from({ length: DEFAULTS.maxEntries + 1 }, (_, at) => at + 1));
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

test("listeners are notified of every change until they unsubscribe, and snapshots never change", () => {
  let calls = 0;
  const before = store.snapshot;
  const unsubscribe = store.subscribe(() => calls++);
  arrive(1);
  assert.ok(calls > 0);
  unsubscribe();
  const count = calls;
  arrive(2);
  assert.equal(calls, count);
  assert.deepEqual(before.entries, []);
});

test("the number of viewers is known from joining on", () => {
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

test("responses are known for requests in the list and for those that wait", () => {
  arrive(1);
  store.pause();
  arrive(2);
  response(2, 503);
  response(1, 404);
  store.resume();
  assert.deepEqual([responseOf(1), responseOf(2), responseOf(3)], [404, 503, undefined]);
});

test("responses are kept for the list and for the requests that wait", () => {
  const store = new Store(100);
  for (let seq = 1; seq <= 201; seq++) {
    store.requestResponded({ epoch: "first", seq, status: 200, by: "default" });
  }
  const known = (/** @type {number} */ seq) => store.snapshot.responses.get(sample({ seq }));
  assert.equal(known(1), undefined);
  assert.ok(known(2));
  store.maxEntries = 10;
  assert.equal(known(181), undefined);
  assert.ok(known(182));
});

const replyStatus = () => store.snapshot.reply?.status ?? null;

const joined = { epoch: "first", seq: 0, missed: 0, viewers: 1 };

test("the reply is unknown until it is read or reported, and a reset gives the default", () => {
  assert.equal(replyStatus(), null);
  store.joined(joined);
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 503);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  assert.equal(replyStatus(), 404);
  store.replyChanged(null);
  assert.deepEqual(store.snapshot.reply, DEFAULT_REPLY);
});

test("a reply from the stream is newer than one being read", () => {
  store.joined(joined);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 404);
});

test("a reply that is read after a reconnect replaces the one before", () => {
  store.joined(joined);
  store.replyChanged({ ...DEFAULT_REPLY, status: 404 });
  store.joined(joined);
  store.replyRead({ ...DEFAULT_REPLY, status: 503 });
  assert.equal(replyStatus(), 503);
});
