import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUPS, match, SHORTCUTS } from "../../../static/js/browser/shortcuts.js";

/**
 * Return the shortcut of a key that is pressed while an element has the focus.
 * @param {string} key
 * @param {{within?: string[]} & Partial<KeyboardEvent>} [fields]  `within`: tags of the focused element and those around it
 */
function typed(key, { within = ["body"], ...fields } = {}) {
  /** @param {string} selector */
  const closest = (selector) => selector.split(", ").find((each) => within.includes(each));
  const target = /** @type {any} */ ({ closest });
  const modifiers = {
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    repeat: false,
    isComposing: false,
  };
  return match({ key, ...modifiers, ...fields, target })?.key;
}

test("each key has one action and a group in the help", () => {
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
  assert.ok(SHORTCUTS.every(({ group, action }) => GROUPS.includes(group) && action));
});

test("keys are case-sensitive", () => {
  assert.equal(typed("g"), "g");
  assert.equal(typed("G"), "G");
  assert.equal(typed("J"), undefined);
});

test("shortcuts are off while the user types or a dialog is open", () => {
  for (const tag of ["input", "textarea", "select", "[contenteditable]", "dialog[open]"]) {
    assert.equal(typed("x", { within: [tag, "body"] }), undefined, tag);
  }
  assert.equal(typed("x", { isComposing: true }), undefined);
});

test("keys with Ctrl, Alt or Meta are left to the browser", () => {
  for (const modifiers of ["ctrlKey", "altKey", "metaKey"]) {
    assert.equal(typed("c", { [modifiers]: true }), undefined, modifiers);
  }
});

test("Enter on a control is left to the control", () => {
  assert.equal(typed("Enter", { within: ["button", "body"] }), undefined);
  assert.equal(typed("Enter"), "Enter");
  assert.equal(typed("j", { within: ["button", "body"] }), "j");
});

test("a key that is kept pressed repeats only moves in the list", () => {
  assert.equal(typed("j", { repeat: true }), "j");
  assert.equal(typed("p", { repeat: true }), undefined);
});

test("a key without a target element works", () => {
  const event = { key: "?", ctrlKey: false, altKey: false, metaKey: false };
  const found = match({ ...event, repeat: false, isComposing: false, target: null });
  assert.equal(found?.action, "Keyboard shortcuts");
});
