import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_NAME,
  MAX_RECENT,
  RecentCallbacks,
} from "../../../static/js/state/recent-callbacks.js";

const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const server = "https://hooks.example.com";

/** A browser's storage, and how a tab of it opens a callback. */
class Browser {
  text = /** @type {string | null} */ (null);
  isForbidden = false;

  storage = () => {
    if (this.isForbidden) throw new Error("forbidden");
    return {
      getItem: () => this.text,
      setItem: (/** @type {string} */ _, /** @type {string} */ text) => {
        this.text = text;
      },
    };
  };

  /** @param {string} uuid */
  open(uuid) {
    return new RecentCallbacks(this.storage, { server, uuid });
  }
}

/** @param {RecentCallbacks} recents */
const uuidsOf = (recents) => recents.all.map(({ uuid }) => uuid);

test("visited callbacks are kept with their key and name, newest first", () => {
  const browser = new Browser();
  browser.open("a").visit(KEY, 1);
  const [a] = browser.open("a").all;
  browser.open("a").rename(a, "  Payments\n of Ada ");
  browser.open("b").visit("", 2);
  assert.deepEqual(uuidsOf(browser.open("c")), ["b", "a"]);
  const again = browser.open("a");
  assert.deepEqual([again.key, again.name], [KEY, "Payments of Ada"]);
  again.visit(KEY, 3);
  assert.deepEqual(again.all[0], {
    server,
    uuid: "a",
    key: KEY,
    name: "Payments of Ada",
    visited: 3,
  });
  assert.deepEqual(uuidsOf(again), ["a", "b"]);
  again.rename(again.all[0], "x".repeat(MAX_NAME + 1));
  assert.equal(again.name.length, MAX_NAME);
});

test("the same UUID on another server is another callback", () => {
  const browser = new Browser();
  browser.open("a").visit(KEY, 1);
  const other = new RecentCallbacks(browser.storage, { server: `${server}/team`, uuid: "a" });
  assert.equal(other.key, "");
  other.visit("", 2);
  assert.equal(other.all.length, 2);
});

test("callbacks without a name make room for new ones first", () => {
  const browser = new Browser();
  for (let at = 0; at < MAX_RECENT; at++) {
    const recents = browser.open(`u${at}`);
    recents.visit("", at);
    if (at !== 7) recents.rename(recents.all[0], `Name ${at}`);
  }
  browser.open("new").visit("", 100);
  const uuids = uuidsOf(browser.open("new"));
  assert.equal(uuids.length, MAX_RECENT);
  assert.ok(!uuids.includes("u7") && uuids.includes("u0") && uuids[0] === "new");
  const recents = browser.open("new");
  recents.rename(recents.all[0], "New");
  browser.open("newest").visit("", 101);
  assert.ok(!uuidsOf(browser.open("newest")).includes("u0"));
});

test("a callback is forgotten, and all are, and both can be undone", () => {
  const browser = new Browser();
  for (const [at, uuid] of ["a", "b", "c"].entries()) browser.open(uuid).visit("", at);
  const recents = browser.open("b");
  const before = recents.all;
  recents.forget(before[1]);
  assert.deepEqual(uuidsOf(recents), ["c", "a"]);
  assert.equal(recents.here, undefined);
  recents.restore([before[1]]);
  assert.deepEqual(recents.all, before);
  recents.forgetAll();
  assert.equal(browser.text, "[]");
  recents.restore(before);
  recents.restore(before);
  assert.deepEqual(browser.open("a").all, before);
});

test("tabs keep each other's changes, and show them after a storage event", () => {
  const browser = new Browser();
  const [one, two] = [browser.open("a"), browser.open("b")];
  one.visit("", 1);
  two.visit("", 2);
  assert.deepEqual(uuidsOf(two), ["b", "a"]);
  let changes = 0;
  one.subscribe(() => changes++);
  assert.deepEqual(uuidsOf(one), ["a"]);
  one.reread();
  assert.deepEqual([uuidsOf(one), changes], [["b", "a"], 1]);
  two.forgetAll();
  one.rename(one.all[0], "Gone");
  assert.deepEqual(one.all, []);
});

test("broken storage is read as far as possible, and forbidden storage lasts as long as the page", () => {
  const browser = new Browser();
  const good = { server, uuid: "a", key: "", name: "", visited: 1 };
  const wrong = [null, 7, "a", {}, { ...good, visited: "1" }, { ...good, server: "javascript:1" }];
  for (const text of ["", "{", "null", "{}", JSON.stringify(wrong)]) {
    browser.text = text;
    assert.deepEqual(browser.open("a").all, [], text);
  }
  browser.text = JSON.stringify([...wrong, good]);
  assert.deepEqual(browser.open("b").all, [good]);
  browser.isForbidden = true;
  const recents = browser.open("b");
  recents.visit(KEY, 2);
  recents.rename(recents.all[0], "Mine");
  recents.reread();
  assert.deepEqual([recents.all.length, recents.key, recents.name], [1, KEY, "Mine"]);
});
