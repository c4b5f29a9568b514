import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_OTHER_EVENTS, Mailbox } from "../../../static/js/inbox/mailbox.js";
import { InboxRequest } from "../../../static/js/inbox/request.js";
import { sample } from "../samples.js";

/** @param {number} seq @param {number} [size] */
const request = (seq, size = 1) => {
  const body = /** @type {const} */ ({ size, encoding: "utf-8", content: "", complete: true });
  return new InboxRequest(sample({ seq, body }));
};

/** @param {number | null} count @param {"disconnected" | "skipped" | "overflow"} [reason] */
const gap = (count, reason = "skipped") => ({ type: /** @type {const} */ ("gap"), count, reason });

const LIVE = /** @type {const} */ ({ type: "connection", state: "live", message: "" });

/** Take all events, and return the `seq` of requests and the other events. @param {Mailbox} mailbox */
function drain(mailbox) {
  const taken = [];
  for (let next = mailbox.after(0); next; next = mailbox.after(next[0])) {
    const event = mailbox.take(next[0]);
    taken.push(event?.type === "request" ? event.seq : event);
  }
  return taken;
}

test("events are taken in order, each by one reader", () => {
  const mailbox = new Mailbox();
  for (const seq of [1, 2, 3]) mailbox.put(request(seq));
  const [second] = mailbox.after(mailbox.after(0)?.[0] ?? 0) ?? [];
  assert.equal(/** @type {InboxRequest} */ (mailbox.take(second ?? 0)).seq, 2);
  assert.equal(mailbox.take(second ?? 0), undefined);
  assert.deepEqual(drain(mailbox), [1, 3]);
  mailbox.put(request(4));
  assert.deepEqual(drain(mailbox), [4]);
});

test("a full mailbox drops new requests and counts them as one gap", () => {
  const mailbox = new Mailbox(2, 10);
  for (const seq of [1, 2, 3, 4]) mailbox.put(request(seq));
  assert.deepEqual(drain(mailbox), [1, 2, gap(2, "overflow")]);
  mailbox.put(request(5));
  assert.deepEqual(drain(mailbox), [5]);
});

test("the bodies of queued requests have a maximum size together", () => {
  const mailbox = new Mailbox(100, 10);
  for (const seq of [1, 2, 3]) mailbox.put(request(seq, 5));
  assert.deepEqual(drain(mailbox), [1, 2, gap(1, "overflow")]);
});

test("successive gaps of one reason are merged, and an unknown number stays unknown", () => {
  const mailbox = new Mailbox();
  for (const count of [1, 2]) mailbox.put(gap(count));
  mailbox.put(gap(null, "disconnected"));
  mailbox.put(gap(4, "disconnected"));
  assert.deepEqual(drain(mailbox), [gap(3), gap(null, "disconnected")]);
});

test("other events are limited, too, but no gap is lost", () => {
  const mailbox = new Mailbox();
  for (let number = 0; number < MAX_OTHER_EVENTS + 5; number++) mailbox.put(LIVE);
  mailbox.put(gap(1));
  mailbox.put(gap(2, "disconnected"));
  const events = drain(mailbox);
  assert.equal(events.length, MAX_OTHER_EVENTS + 1);
  assert.deepEqual(events.at(-1), gap(3));
});

test("a mailbox that has ended keeps its events, and takes no more", async () => {
  const mailbox = new Mailbox();
  mailbox.put(request(1));
  const changed = mailbox.changed(new AbortController().signal);
  mailbox.end(new Error("first"));
  mailbox.end(new Error("second"));
  await changed;
  mailbox.put(request(2));
  assert.deepEqual(drain(mailbox), [1]);
  assert.equal(mailbox.ended?.message, "first");
});
