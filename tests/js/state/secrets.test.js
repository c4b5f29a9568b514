import assert from "node:assert/strict";
import { test } from "node:test";
import { Secrets } from "../../../static/js/state/secrets.js";
import { UUID } from "../samples.js";

/** A storage like sessionStorage. */
function storage() {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    items,
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => items.set(key, text),
    removeItem: (/** @type {string} */ key) => items.delete(key),
  };
}

const GITHUB = { secret: "hush" };

test("a secret is remembered for one callback, across reloads", () => {
  const kept = storage();
  new Secrets(() => kept, UUID).remember("github", GITHUB);
  const reloaded = new Secrets(() => kept, UUID);
  assert.deepEqual(reloaded.get("github"), GITHUB);
  assert.equal(reloaded.isKept, true);
  assert.deepEqual(reloaded.providerIds, ["github"]);
  assert.equal(new Secrets(() => kept, "another").get("github"), undefined);
});

test("a forgotten secret leaves the storage", () => {
  const kept = storage();
  const secrets = new Secrets(() => kept, UUID);
  let changes = 0;
  secrets.subscribe(() => changes++);
  secrets.remember("github", GITHUB);
  secrets.remember("stripe", { secret: "whsec" });
  secrets.forget("github");
  assert.equal(secrets.get("github"), undefined);
  assert.ok(![...kept.items.values()].join().includes("hush"));
  secrets.forget("stripe");
  assert.equal(kept.items.size, 0);
  assert.equal(changes, 4);
});

test("the values of a provider are the same object until they change", () => {
  const secrets = new Secrets(storage, UUID);
  secrets.remember("github", GITHUB);
  const before = secrets.get("github");
  secrets.remember("stripe", { secret: "whsec" });
  assert.equal(secrets.get("github"), before);
  secrets.remember("github", { secret: "other" });
  assert.notEqual(secrets.get("github"), before);
});

test("without storage, a secret is remembered until the page is closed, and the page knows", () => {
  const secrets = new Secrets(() => {
    throw new DOMException("forbidden", "SecurityError");
  }, UUID);
  secrets.remember("github", GITHUB);
  assert.deepEqual(secrets.get("github"), GITHUB);
  assert.equal(secrets.isKept, false);
});

test("saved values that are not ours are ignored", () => {
  for (const text of ["{", "null", '{"github": null}', '{"github": {"secret": 1}}']) {
    const kept = storage();
    kept.items.set(`webhook-logger secrets ${UUID}`, text);
    assert.deepEqual(new Secrets(() => kept, UUID).providerIds, [], text);
  }
  assert.equal(new Secrets(storage, UUID).get("constructor"), undefined);
});
