/** The inbox, with a server that the test drives by hand. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { sample } from "../samples.js";
import { ScriptedServer } from "../scripted-server.js";

// Newer versions of Node have one; the server only polls.
// @ts-expect-error
delete globalThis.WebSocket;
const { Inbox } = await import("../../../static/js/inbox/index.js");

/** @typedef {import("../../../static/js/inbox/index.js").InboxEvent} InboxEvent */
/** @typedef {Awaited<ReturnType<ScriptedServer["session"]>>} Session */

const UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";

/** @type {ScriptedServer} */
let server;
/** @type {import("../../../static/js/inbox/inbox.js").Inbox | undefined} */
let inbox;

/** @param {number} seq @param {object} [more] */
const request = (seq, more) => sample({ uuid: UUID, epoch: "e", seq, id: `id ${seq}`, ...more });

/** @param {number} seq @param {object} [more] */
const joined = (seq, more) => ({ uuid: UUID, epoch: "e", seq, missed: 0, viewers: 1, ...more });

/** @param {import("../../../static/js/inbox/index.js").InboxOptions} [options] */
async function open(options) {
  const opening = Inbox.open(`${server.url}/${UUID}`, options);
  const session = await server.session();
  session.emit("joined", joined(0));
  inbox = await opening;
  return { inbox, session };
}

/** Read events until one matches. @param {AsyncIterable<InboxEvent>} events @param {(event: InboxEvent) => boolean} isLast */
async function until(events, isLast) {
  const read = [];
  for await (const event of events) {
    read.push(event);
    if (isLast(event)) break;
  }
  return read;
}

/** @param {InboxEvent} event */
const short = (event) => (event.type === "request" ? event.seq : event);

beforeEach(async () => {
  mock.method(Math, "random", () => 0); // the shortest delays
  server = await new ScriptedServer().start();
});

afterEach(async () => {
  await inbox?.close();
  server.stop();
  mock.restoreAll();
});

test("an inbox is live once it is open, and knows its URLs", async () => {
  const { inbox } = await open();
  assert.equal(inbox.connection.state, "live");
  assert.equal(inbox.url, `${server.url}/${UUID}`);
  assert.equal(inbox.viewUrl, `${server.url}/view/${UUID}`);
  assert.equal(inbox.uuid, UUID);
});

test("the server's URL for senders replaces the inbox's own", async () => {
  const opening = Inbox.open(`${server.url}/${UUID}`);
  const session = await server.session();
  session.emit("joined", joined(0, { callback_url: "https://hooks.example.net/x" }));
  inbox = await opening;
  assert.equal(inbox.url, "https://hooks.example.net/x");
});

test("wait takes the first match, which may have arrived earlier, and leaves the others", async () => {
  const { inbox, session } = await open();
  const third = inbox.wait({ where: async ({ seq }) => seq === 3, timeout: Infinity });
  for (const seq of [1, 2, 3]) session.emit("request", request(seq));
  assert.equal((await third).seq, 3);
  assert.equal((await inbox.wait()).seq, 1);
  assert.equal((await inbox.wait({ where: ({ method }) => method !== "" })).seq, 2);
});

test("each request goes to one of two readers", async () => {
  const { inbox, session } = await open();
  const both = Promise.all([inbox.wait(), inbox.wait()]);
  for (const seq of [1, 2]) session.emit("request", request(seq));
  assert.deepEqual((await both).map(({ seq }) => seq).sort(), [1, 2]);
});

test("where is called once per request, and its errors reach the caller", async () => {
  const { inbox, session } = await open();
  const where = mock.fn(() => false);
  const waiting = inbox.wait({ where, timeout: 50 });
  session.emit("request", request(1));
  session.emit("request", request(2));
  await assert.rejects(waiting, { name: "NothingArrived" });
  assert.ok(where.mock.callCount() <= 2);
  await assert.rejects(
    inbox.wait({
      where: () => {
        throw new Error("my own");
      },
    }),
    { message: "my own" },
  );
  assert.equal((await inbox.wait()).seq, 1);
});

test("the error of an empty inbox lists what arrived, in ASCII", async () => {
  const { inbox, session } = await open();
  session.emit("request", request(1, { method: "PUT", subpath: "/\x1b[2Jä" }));
  session.emit("refused", { uuid: UUID, count: 2, status: 400, reason: "bad", message: "Bad." });
  await inbox.wait({ where: () => false, timeout: 0 }).catch(() => {});
  await until(inbox.events(), ({ type }) => type === "refused");
  await assert.rejects(inbox.wait({ timeout: 5 }), (/** @type {Error} */ error) => {
    assert.deepEqual(error.message.split("\n"), [
      "No matching request arrived within 0.005 seconds.",
      "1 request arrived:",
      "  1 PUT /\\u001b[2J\\u00e4, 0 bytes",
      "Refused: 2. The latest: Bad.",
    ]);
    return true;
  });
});

test("a signal ends a wait and an opening, and a wait that ended takes nothing", async () => {
  const { inbox, session } = await open({ timeout: Number.POSITIVE_INFINITY });
  const controller = new AbortController();
  const waiting = inbox.wait({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, { message: "enough" });
  const aborted = { signal: controller.signal };
  await assert.rejects(inbox.wait(aborted), { message: "enough" });
  session.emit("request", request(1));
  assert.equal((await inbox.wait()).seq, 1);
  await assert.rejects(Inbox.open(`${server.url}/${UUID}`, aborted), { message: "enough" });
});

test("gaps come in order, and a repeated request comes once", async () => {
  const { inbox, session } = await open();
  session.emit("request", request(1));
  session.emit("request", request(2, { id: "id 1" }));
  session.emit("request", request(5));
  const before = await until(inbox.events(), (event) => short(event) === 5);
  session.cut();
  const second = await server.session();
  assert.deepEqual([second.auth.epoch, second.auth.seq], ["e", 5]);
  second.emit("joined", joined(8, { missed: 3, recovered: 1 }));
  second.emit("request", request(9));
  const after = await until(inbox.events(), (event) => short(event) === 9);
  assert.deepEqual([...before, ...after].map(short), [
    { type: "connection", state: "live", message: "" },
    1,
    { type: "gap", count: 2, reason: "skipped" },
    5,
    { type: "connection", state: "reconnecting", message: "" },
    { type: "gap", count: 3, reason: "disconnected" },
    { type: "recovered", count: 1 },
    { type: "connection", state: "live", message: "" },
    9,
  ]);
});

test("iteration yields requests and gaps, and ends with the inbox", async () => {
  const { inbox, session } = await open();
  session.emit("request", request(2));
  session.emit("viewers", { uuid: UUID, viewers: 2 });
  const seen = [];
  for await (const event of inbox) {
    seen.push(short(event));
    if (event.type === "request") await inbox.close();
  }
  assert.deepEqual(seen, [{ type: "gap", count: 1, reason: "skipped" }, 2]);
  await assert.rejects(inbox.wait(), { name: "Closed", reason: "closed" });
  await server.until(() => session.ended);
});

test("await using closes the inbox", async () => {
  const { inbox, session } = await open();
  await inbox[Symbol.asyncDispose]();
  await server.until(() => session.ended);
});

test("an inbox claims its role until it has it, and again after a reconnect", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  server.results = [{ ok: false, reason: "responder_taken", error: "Taken." }];
  const opening = Inbox.open(`${server.url}/${UUID}`, { respond: true });
  const session = await server.session();
  session.emit("joined", joined(0));
  inbox = await opening;
  assert.equal(inbox.responding, false);
  mock.timers.tick(1000);
  const events = inbox.events();
  const active = (/** @type {InboxEvent} */ event) => event.type === "responding" && event.active;
  assert.deepEqual((await until(events, active)).at(-2), {
    type: "responding",
    active: false,
    reason: "responder_taken",
    message: "Taken.",
  });
  assert.equal(inbox.responding, true);
  mock.timers.reset();
  session.cut();
  const second = await server.session();
  second.emit("joined", joined(0));
  const lost = (/** @type {InboxEvent} */ event) => event.type === "responding" && !event.active;
  await until(inbox.events(), lost);
  await until(inbox.events(), active);
  assert.deepEqual([session.joins.length, second.joins.length], [2, 1]);
});

test("a role that the server never gives is reported, and not claimed again", async () => {
  server.results = [{ ok: false, reason: "replies_off", error: "Off." }];
  const opening = Inbox.open(`${server.url}/${UUID}`, { respond: "handshakes" });
  const session = await server.session();
  session.emit("joined", joined(0));
  inbox = await opening;
  assert.equal(inbox.responding, false);
  assert.deepEqual(session.joins, [{ uuid: UUID, respond: "handshakes" }]);
});

test("a server that does not respond is unreachable, and the error says why", async () => {
  server.stop();
  const refused = { name: "Unreachable", reason: "unreachable", message: /ECONNREFUSED/ };
  await assert.rejects(Inbox.open(server.url, { timeout: 20 }), refused);
});

test("a header that can't be sent and a timeout that is not a number are invalid", async () => {
  for (const options of [{ headers: { "a b": "1" } }, { timeout: Number.NaN }]) {
    await assert.rejects(Inbox.open(server.url, options), { name: "Invalid", reason: "invalid" });
  }
  assert.equal(server.requests, 0);
});
