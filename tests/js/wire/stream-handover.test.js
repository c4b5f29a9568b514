/** Handover by stream.js, with a server that the test drives by hand. */

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ScriptedServer } from "../scripted-server.js";

// Newer versions of Node have one; the server only polls.
// @ts-expect-error
delete globalThis.WebSocket;
const { openStream } = await import("../../../static/js/wire/stream.js");
const { Handover } = await import("../../../static/js/wire/handover.js");
const { handoverSeconds } = await import("../../../static/js/wire/second-connection.js");

const UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11";
const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const DRAINING = { reason: "draining", seconds: 5 };

/** @param {number} seq */
const at = (seq) => ({ uuid: UUID, epoch: "e", seq });

/** @param {number} seq @param {object} [more] */
const joined = (seq, more) => ({ ...at(seq), missed: 0, viewers: 1, ...more });

/** @type {ScriptedServer} */
let server;
/** @type {import("../../../static/js/wire/contract.js").Stream} */
let stream;
/** The reports of the stream, as words. @type {string[]} */
let reports;
const reported = new EventEmitter();

/** @param {string} report */
const add = (report) => {
  reports.push(report);
  reported.emit("report");
};

/** @param {string} report */
const until = async (report) => {
  while (!reports.includes(report)) await once(reported, "report");
};

/**
 * Open a stream whose first connection has joined at position 5.
 * @param {{key?: string}} [more]
 * @param {import("../../../static/js/wire/contract.js").StreamOptions} [options]
 */
const open = async (more, options) => {
  stream = openStream(
    { server: server.url ?? "", uuid: UUID, ...more },
    {
      linkChanged: ({ state, message }) => add(message ? `${state}: ${message}` : state),
      joined: ({ seq, missed }) => add(`joined ${seq}, missed ${missed}`),
      requestArrived: ({ seq }) => add(`request ${seq}`),
      replyChanged: () => add("reply"),
      requestsRefused: () => add("refused"),
      respondingChanged: ({ active, reason }) => add(`responding: ${active} ${reason}`.trim()),
    },
    options,
  );
  const first = await server.session();
  first.emit("joined", joined(5));
  await until("joined 5, missed 0");
  reports.length = 0;
  return first;
};

beforeEach(async () => {
  mock.method(Math, "random", () => 0); // the shortest delays
  server = await new ScriptedServer().start();
  reports = [];
});

afterEach(() => {
  stream?.close();
  server.stop();
  mock.restoreAll();
});

test("a stream moves to a second connection in order, and reports nothing", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  assert.deepEqual(second.auth, { ...at(5), replaces: `socket of ${first.sid}` });
  second.emit("joined", joined(6));
  second.emit("request", at(7));
  first.emit("request", at(6));
  await until("request 7");
  await server.until(() => first.ended);
  second.emit("request", at(8));
  await until("request 8");
  assert.deepEqual(reports, ["request 6", "request 7", "request 8"]);
});

test("the view key is part of each connection, of each claim and of the position", async () => {
  const first = await open({ key: KEY });
  assert.equal(first.auth.key, KEY);
  stream.respond("handshakes");
  first.emit("bye", DRAINING);
  const second = await server.session();
  assert.deepEqual(second.auth, { ...at(5), key: KEY, replaces: `socket of ${first.sid}` });
  second.emit("joined", joined(5));
  await server.until(() => first.ended && second.joins.length > 0);
  const claim = { uuid: UUID, key: KEY, respond: "handshakes" };
  assert.deepEqual([first.joins, second.joins], [[claim], [claim]]);
  assert.deepEqual(stream.close(), { server: server.url, ...at(5), key: KEY });
});

test("the headers and the log-in are part of each request, and the position keeps the log-in", async () => {
  const authorization = "Basic YWRhOnBhc3M=";
  const { url } = server;
  server.url = url?.replace("//", "//ada:pass@");
  const first = await open({}, { headers: { "X-Team": "blue" } });
  server.url = url;
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(5));
  await server.until(() => first.ended && second.headers.length > 1);
  for (const headers of [...first.headers, ...second.headers]) {
    assert.deepEqual([headers.authorization, headers["x-team"]], [authorization, "blue"]);
  }
  assert.deepEqual(second.auth, { ...at(5), replaces: `socket of ${first.sid}` });
  assert.deepEqual(stream.close(), { server: url, ...at(5), authorization });
});

test("headers are not sent to the target of a redirect", async () => {
  const other = await new ScriptedServer().start();
  server.redirect = other.url;
  const headers = { "X-Key": "s3cret" };
  const linkChanged = (/** @type {{state: string}} */ { state }) => add(state);
  stream = openStream({ server: server.url ?? "", uuid: UUID }, { linkChanged }, { headers });
  await until("reconnecting");
  assert.equal(other.requests, 0);
  other.stop();
});

test("the second connection replaces the first one permanently", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(5));
  second.emit("request", at(6));
  await until("request 6");
  second.emit("bye", DRAINING);
  const third = await server.session();
  assert.deepEqual(third.auth, { ...at(6), replaces: `socket of ${second.sid}` });
  third.emit("joined", joined(6));
  await server.until(() => second.ended);
  third.cut();
  const fourth = await server.session();
  assert.deepEqual(fourth.auth, at(6));
  assert.deepEqual(reports, ["request 6", "reconnecting", "reconnecting"]);
  assert.deepEqual(stream.close(), { server: server.url, ...at(6) });
});

test("a refused second connection is tried again while the first one stays open", async () => {
  const first = await open();
  server.refusals = 2;
  first.emit("bye", DRAINING);
  await server.until(() => server.refused === 2);
  first.emit("request", at(6));
  const second = await server.session();
  assert.equal(second.auth.replaces, `socket of ${first.sid}`);
  second.emit("joined", joined(6));
  await server.until(() => first.ended);
  assert.deepEqual(reports, ["request 6"]);
});

test("a second connection that dies before it replaces the first is opened again", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(7));
  second.emit("request", at(8));
  second.cut();
  const third = await server.session();
  for (const seq of [6, 7, 8]) first.emit("request", at(seq));
  third.emit("joined", joined(8));
  await server.until(() => first.ended);
  assert.deepEqual(reports, ["request 6", "request 7", "request 8"]);
});

test("a first connection that ends early leaves a gap of its exact size", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(8, { missed: 3 }));
  second.emit("request", at(9));
  first.emit("request", at(6));
  await until("request 6");
  first.cut();
  await until("request 9");
  assert.deepEqual(reports, ["request 6", "joined 8, missed 2", "request 9"]);
});

test("a first connection that ends before the second has joined reconnects as usual", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  first.cut();
  const next = await server.session();
  assert.deepEqual(next.auth, at(5));
  await server.until(() => second.ended);
  const message = "reconnecting: The server is restarting. The client reconnects by itself.";
  assert.deepEqual(reports, [message, message]);
});

test("a bye without seconds opens no second connection", async () => {
  const first = await open();
  first.emit("bye", { reason: "draining", seconds: 0 });
  first.emit("request", at(6));
  await until("request 6");
  first.cut();
  assert.deepEqual((await server.session()).auth, at(6));
});

test("a first connection that stays open too long is replaced", async () => {
  const first = await open();
  const { hold } = Handover.prototype;
  mock.method(
    Handover.prototype,
    "hold",
    /** @this {InstanceType<typeof Handover>} @param {string} name @param {any} payload */
    function (name, payload) {
      hold.call(this, name, payload);
      add(`hold: ${name}`);
    },
  );
  mock.timers.enable({ apis: ["setTimeout"] });
  first.emit("bye", DRAINING);
  first.emit("request", at(6));
  await until("request 6");
  mock.timers.tick(1); // opens the second connection
  const second = await server.session();
  second.emit("joined", joined(8, { missed: 3 }));
  second.emit("request", at(9));
  await until("hold: request");
  assert.equal(reports.includes("request 9"), false);
  mock.timers.tick((DRAINING.seconds + 5) * 1000);
  mock.timers.reset();
  assert.deepEqual(reports.slice(-2), ["joined 8, missed 2", "request 9"]);
  await server.until(() => first.ended);
});

test("the time of a handover is limited, and 0 unless it is a positive number", () => {
  assert.deepEqual([5, 0.5, 600, 1e9].map(handoverSeconds), [5, 0.5, 600, 600]);
  const unusable = [0, -1, Infinity, NaN, "5", null, undefined, {}];
  assert.deepEqual(unusable.map(handoverSeconds), Array(unusable.length).fill(0));
});

test("a stream that is closed during a handover closes both connections", async () => {
  const first = await open();
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(7));
  second.emit("request", at(8));
  first.emit("request", at(6));
  await until("request 6");
  assert.deepEqual(stream.close(), { server: server.url, ...at(6) });
  await server.until(() => first.ended && second.ended);
  assert.deepEqual(reports, ["request 6"]);
});

test("a stream claims handshakes on each connection, and until it moves, on both", async () => {
  const claim = { uuid: UUID, respond: "handshakes" };
  const first = await open();
  stream.respond("handshakes");
  stream.respond("handshakes");
  await server.until(() => first.joins.length > 0);
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(6));
  await server.until(() => second.joins.length > 0);
  assert.equal(first.ended, false);
  first.emit("request", at(6));
  await server.until(() => first.ended);
  second.cut();
  const third = await server.session();
  third.emit("joined", joined(6));
  await server.until(() => third.joins.length > 0);
  stream.respond(false);
  await server.until(() => third.joins.length > 1);
  assert.deepEqual(first.joins, [claim]);
  assert.deepEqual(second.joins, [claim]);
  assert.deepEqual(third.joins, [claim, { ...claim, respond: false }]);
});

test("a responder claims its role again if the connection that took it over is lost", async () => {
  const claim = { uuid: UUID, respond: true };
  const first = await open();
  stream.respond(true);
  await until("responding: true");
  first.emit("bye", DRAINING);
  const second = await server.session();
  second.emit("joined", joined(6));
  await server.until(() => second.joins.length > 0);
  second.cut();
  await server.until(() => first.joins.length > 1);
  assert.deepEqual([first.joins, second.joins], [[claim, claim], [claim]]);
  assert.equal(first.ended, false);
});

test("a stream that is closed before the second connection opens never opens it", async () => {
  const first = await open();
  mock.timers.enable({ apis: ["setTimeout"] });
  first.emit("bye", DRAINING);
  first.emit("request", at(6));
  await until("request 6");
  stream.tryNow(); // has no effect while the first connection is open
  const position = stream.close();
  mock.timers.runAll();
  mock.timers.reset();
  stream = openStream(position, {});
  assert.deepEqual((await server.session()).auth, at(6));
});
