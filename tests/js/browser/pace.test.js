import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../static/js/browser/pace.js";

/** @type {((now: number) => void)[]} */
const waiting = [];
/** @type {Map<string, () => void>} */
const listeners = new Map();
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {(now: number) => void} */ act) => waiting.push(act),
  addEventListener: (/** @type {string} */ type, /** @type {() => void} */ act) =>
    listeners.set(type, act),
  removeEventListener: (/** @type {string} */ type) => listeners.delete(type),
});

/** @returns {{pace: Pace, isShown: (now: number) => Promise<boolean>}} */
function connected() {
  const pace = new Pace(/** @type {any} */ ({ addController() {} }));
  pace.hostConnected();
  /** @type {Promise<void> | undefined} */
  let frame;
  const isShown = async (/** @type {number} */ now) => {
    let shown = false;
    frame ??= pace.frame();
    const noting = frame.then(() => {
      shown = true;
      frame = undefined;
    });
    for (const act of waiting.splice(0)) act(now);
    await Promise.race([noting, new Promise((done) => setImmediate(done))]);
    return shown;
  };
  return { pace, isShown };
}

test("updates are at least 100 ms apart, and the first waits for one frame", async () => {
  const { isShown } = connected();
  assert.equal(await isShown(5), true);
  for (const now of [21, 37, 104]) assert.equal(await isShown(now), false, `${now}`);
  assert.equal(await isShown(105), true);
  assert.equal(await isShown(1000), true);
});

test("user actions are shown in the next frame", async () => {
  for (const type of ["click", "keydown", "input", "popstate"]) {
    const { isShown } = connected();
    assert.equal(await isShown(1000), true);
    listeners.get(type)?.();
    assert.equal(await isShown(1016), true, type);
    assert.equal(await isShown(1032), false, type);
    waiting.length = 0;
  }
});

test("a component that has left the page listens to nothing", () => {
  const { pace } = connected();
  pace.hostDisconnected();
  assert.equal(listeners.size, 0);
});
