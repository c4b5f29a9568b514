import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Announcer } from "../../../static/js/embed/announcer.js";
import { LogStore } from "../../../static/js/embed/log-store.js";
import { mixedText, policyText } from "../../../static/js/embed/obstacles.js";
import { sample } from "../samples.js";

const SERVER = "https://hooks.example.com/team";

test("a page over https connects to http only on localhost", () => {
  const page = "https://tools.example.com";
  assert.match(mixedText("http://hooks.example.com", page), /loaded over https.*http:\/\/hooks/);
  for (const server of [
    SERVER,
    "http://localhost:8000",
    "http://127.0.0.1:8000",
    "http://[::1]:1",
  ]) {
    assert.equal(mixedText(server, page), "", server);
  }
  assert.equal(mixedText("http://hooks.example.com", "http://tools.example.com"), "");
});

test("a policy violation is reported only when it blocks this server", () => {
  const violation = {
    effectiveDirective: "connect-src",
    blockedURI: "wss://hooks.example.com/team/socket.io/?EIO=4",
    disposition: "enforce",
  };
  assert.match(
    policyText(SERVER, violation),
    /\(connect-src\) blocks connections to hooks\.example\.com$/,
  );
  const others = [
    { ...violation, disposition: "report" },
    { ...violation, effectiveDirective: "img-src" },
    { ...violation, blockedURI: "wss://other.example.com/" },
    { ...violation, blockedURI: "inline" },
  ];
  for (const other of others) assert.equal(policyText(SERVER, other), "");
});

/** @returns {[LogStore, [string, unknown][]]} */
const listenedStore = () => {
  /** @type {[string, unknown][]} */
  const events = [];
  const report = (/** @type {string} */ name, /** @type {unknown} */ detail) => {
    events.push([name, detail]);
  };
  return [new LogStore(2, { changed: () => {}, report }), events];
};

test("the log reports each event once and in order", () => {
  const [store, events] = listenedStore();
  const [one, four] = [sample({ seq: 1 }), sample({ seq: 4 })];
  store.joined({ epoch: "first", seq: 0, missed: 0, viewers: 1 });
  store.requestArrived(one);
  store.requestArrived(four);
  store.requestArrived(sample({ seq: 5, id: four.id })); // a balancer's duplicate
  const why = { status: 404, reason: "not_found", message: "Nothing exists at this path." };
  store.requestsRefused({ count: 3, ...why });
  store.requestsRefused({ count: 4, ...why });
  const responded = { epoch: "first", seq: 4, status: 200, by: "default" };
  store.requestResponded(responded);
  assert.deepEqual(events, [
    ["link", { state: "live", message: "", retryAt: 0 }],
    ["request", one],
    ["gap", { missed: 2 }],
    ["request", four],
    ["refused", { count: 3, ...why }],
    ["refused", { count: 4, ...why }],
    ["responded", responded],
  ]);
});

test("the log reports recovered requests before they arrive", () => {
  const [store, events] = listenedStore();
  store.joined({ epoch: "first", seq: 2, missed: 2, viewers: 1, recovered: 1 });
  store.requestArrived(sample({ seq: 3 }));
  assert.deepEqual(
    events.map(([name, detail]) => [name, name === "gap" || name === "recovered" ? detail : null]),
    [
      ["gap", { missed: 2 }],
      ["recovered", { recovered: 1 }],
      ["link", null],
      ["request", null],
    ],
  );
});

test("the log also reports requests that exceed its limit", () => {
  const [store, events] = listenedStore();
  for (let seq = 1; seq <= 9; seq++) store.requestArrived(sample({ seq }));
  assert.equal(events.length, 9);
  assert.equal(store.snapshot.entries.length, 2);
});

test("a balancer's duplicate is not reported after its request was dropped", () => {
  const [store, events] = listenedStore();
  for (let seq = 1; seq <= 5; seq++) store.requestArrived(sample({ seq }));
  store.requestArrived(sample({ seq: 6, id: sample({ seq: 1 }).id }));
  store.clear();
  store.requestArrived(sample({ seq: 7, id: sample({ seq: 5 }).id }));
  assert.equal(events.length, 5);
  assert.equal(store.snapshot.entries.length, 0);
});

test("a cleared log can't be restored", () => {
  const [store] = listenedStore();
  store.requestArrived(sample({ seq: 1 }));
  store.clear();
  assert.deepEqual([store.snapshot.entries.length, store.snapshot.removed.count], [0, 0]);
});

test("a burst is announced once", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let changes = 0;
  const announcer = new Announcer(() => changes++);
  for (const arrived of [0, 1, 1, 2, 5]) announcer.update(arrived);
  assert.equal(announcer.text, "");
  mock.timers.tick(1500);
  assert.equal(announcer.text, "5 new requests, 5 in total");
  announcer.update(6);
  mock.timers.tick(1500);
  assert.equal(announcer.text, "1 new request, 6 in total");
  assert.equal(changes, 2);
  mock.timers.reset();
});

test("the URL for senders is the one that the server reports, until it reports another", () => {
  const store = new LogStore(10, { changed() {}, report() {} });
  const at = { epoch: "e", seq: 0, missed: 0, viewers: 1 };
  store.joined(at);
  assert.equal(store.callbackUrl, "");
  store.joined({ ...at, callback_url: "https://hooks.example.net/x" });
  store.joined(at);
  assert.equal(store.callbackUrl, "https://hooks.example.net/x");
});
