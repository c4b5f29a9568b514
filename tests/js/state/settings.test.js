import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, MAX_FILTERS, Settings } from "../../../static/js/state/settings.js";

/** @param {string | null} [kept] */
function storageWith(kept = null) {
  return {
    kept,
    getItem() {
      return this.kept;
    },
    /**
     * @param {string} _key
     * @param {string} text
     */
    setItem(_key, text) {
      this.kept = text;
    },
  };
}

test("without saved settings the defaults apply", () => {
  assert.deepEqual(new Settings(() => storageWith()).choices, DEFAULTS);
});

test("a setting is saved and restored", () => {
  const storage = storageWith();
  new Settings(() => storage).change({ theme: "dark", maxEntries: 300 });
  assert.deepEqual(new Settings(() => storage).choices, {
    ...DEFAULTS,
    theme: "dark",
    maxEntries: 300,
  });
});

test("invalid values and unknown names are ignored", () => {
  const kept = JSON.stringify({
    theme: "pink",
    maxEntries: 7,
    notify: "yes",
    sound: true,
    requests: [1],
  });
  const settings = new Settings(() => storageWith(kept));
  assert.deepEqual(settings.choices, { ...DEFAULTS, sound: true });
  settings.change(/** @type {any} */ ({ maxEntries: Number.NaN, theme: null, keys: false }));
  assert.deepEqual(settings.choices, { ...DEFAULTS, sound: true, keys: false });
});

test("a list of saved filters is limited in number and length", () => {
  const settings = new Settings(() => storageWith());
  settings.change({ filters: ["status:4xx"] });
  const tooMany = Array.from({ length: MAX_FILTERS + 1 }, (_, at) => `${at}`);
  for (const filters of [tooMany, ["a".repeat(2001)], [7], "a"]) {
    settings.change(/** @type {any} */ ({ filters }));
    assert.deepEqual(settings.choices.filters, ["status:4xx"]);
  }
});

test("saved data of another form is ignored", () => {
  for (const kept of ["", "{", "null", "7", "[]", '"text"']) {
    assert.deepEqual(new Settings(() => storageWith(kept)).choices, DEFAULTS, kept);
  }
});

test("a setting lasts until the page is closed if storage is forbidden", () => {
  const settings = new Settings(() => {
    throw new DOMException("forbidden", "SecurityError");
  });
  settings.change({ theme: "light" });
  assert.equal(settings.choices.theme, "light");
});

test("a tab applies the settings of another tab and keeps them when it changes its own", () => {
  const storage = storageWith();
  const [one, other] = [new Settings(() => storage), new Settings(() => storage)];
  one.change({ theme: "dark" });
  one.change({ follow: true });
  other.reread();
  assert.equal(other.choices.follow, false, "each tab follows by itself");
  other.change({ sound: true });
  assert.deepEqual(new Settings(() => storage).choices, {
    ...DEFAULTS,
    theme: "dark",
    sound: true,
  });
});

test("listeners are notified until they unsubscribe", () => {
  const settings = new Settings(() => storageWith());
  let calls = 0;
  const unsubscribe = settings.subscribe(() => calls++);
  settings.change({ sound: true });
  unsubscribe();
  settings.change({ sound: false });
  assert.equal(calls, 1);
});
