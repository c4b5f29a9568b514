import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, Settings } from "../../../static/js/state/settings.js";

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

test("without choices the defaults hold", () => {
  assert.deepEqual(new Settings(() => storageWith()).choices, DEFAULTS);
});

test("a choice is kept and found again", () => {
  const storage = storageWith();
  new Settings(() => storage).change({ theme: "dark", most: 300 });
  assert.deepEqual(new Settings(() => storage).choices, { ...DEFAULTS, theme: "dark", most: 300 });
});

test("values that cannot be are left out, and so is what is unknown", () => {
  const kept = JSON.stringify({
    theme: "pink",
    most: 7,
    notify: "yes",
    sound: true,
    requests: [1],
  });
  const settings = new Settings(() => storageWith(kept));
  assert.deepEqual(settings.choices, { ...DEFAULTS, sound: true });
  settings.change(/** @type {any} */ ({ most: Number.NaN, theme: null, keys: false }));
  assert.deepEqual(settings.choices, { ...DEFAULTS, sound: true, keys: false });
});

test("what is not ours is not believed", () => {
  for (const kept of ["", "{", "null", "7", "[]", '"text"']) {
    assert.deepEqual(new Settings(() => storageWith(kept)).choices, DEFAULTS, kept);
  }
});

test("where storage is forbidden a choice holds until the page is closed", () => {
  const settings = new Settings(() => {
    throw new DOMException("forbidden", "SecurityError");
  });
  settings.change({ theme: "light" });
  assert.equal(settings.choices.theme, "light");
});

test("what one tab has chosen another takes over, and does not undo by a choice of its own", () => {
  const storage = storageWith();
  const [one, other] = [new Settings(() => storage), new Settings(() => storage)];
  one.change({ theme: "dark" });
  other.reread();
  other.change({ sound: true });
  assert.deepEqual(new Settings(() => storage).choices, {
    ...DEFAULTS,
    theme: "dark",
    sound: true,
  });
});

test("listeners are told until they leave", () => {
  const settings = new Settings(() => storageWith());
  let told = 0;
  const leave = settings.subscribe(() => told++);
  settings.change({ sound: true });
  leave();
  settings.change({ sound: false });
  assert.equal(told, 1);
});
