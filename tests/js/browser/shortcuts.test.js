import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUPS, match, SHORTCUTS } from "../../../static/js/browser/shortcuts.js";

/**
 * A key, typed while something has the focus.
 * @param {string} key
 * @param {{within?: string[]} & Partial<KeyboardEvent>} [fields]  `within`: tags of the focused element and those around it
 */
function typed(key, { within = ["body"], ...fields } = {}) {
  /** @param {string} selector */
  const closest = (selector) => selector.split(", ").find((each) => within.includes(each));
  const target = /** @type {any} */ ({ closest });
  const held = { ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false };
  return match({ key, ...held, ...fields, target })?.key;
}

test("each key stands for one thing, and each has a group of the help", () => {
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
  assert.ok(SHORTCUTS.every(({ group, does }) => GROUPS.includes(group) && does));
});

test("keys are told apart by their case", () => {
  assert.equal(typed("g"), "g");
  assert.equal(typed("G"), "G");
  assert.equal(typed("J"), undefined);
});

test("nothing acts while the reader writes or a dialog is open", () => {
  for (const tag of ["input", "textarea", "select", "[contenteditable]", "dialog[open]"]) {
    assert.equal(typed("x", { within: [tag, "body"] }), undefined, tag);
  }
  assert.equal(typed("x", { isComposing: true }), undefined);
});

test("what the browser does with Ctrl, Alt and Meta stays the browser's", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey"]) {
    assert.equal(typed("c", { [held]: true }), undefined, held);
  }
});

test("Enter on a control is that control's own", () => {
  assert.equal(typed("Enter", { within: ["button", "body"] }), undefined);
  assert.equal(typed("Enter"), "Enter");
  assert.equal(typed("j", { within: ["button", "body"] }), "j");
});

test("a key held down moves on, and does nothing else twice", () => {
  assert.equal(typed("j", { repeat: true }), "j");
  assert.equal(typed("p", { repeat: true }), undefined);
});

test("a key without an element around it still acts", () => {
  const event = { key: "?", ctrlKey: false, altKey: false, metaKey: false };
  const found = match({ ...event, repeat: false, isComposing: false, target: null });
  assert.equal(found?.does, "Keyboard shortcuts");
});
