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

test("ten updates wait for one frame each, and further ones are 100 ms apart", async () => {
  const { isShown } = connected();
  for (const begin of [1000, 5000]) {
    for (let update = 0; update < 10; update++) assert.equal(await isShown(begin), true);
    for (const now of [begin, begin + 100, begin + 200]) {
      assert.equal(await isShown(now), false);
      assert.equal(await isShown(now + 1), true);
    }
  }
});

test("user actions are shown in the next frame, and delay others by 100 ms at most", async () => {
  for (const type of ["click", "keydown", "input", "popstate"]) {
    const { isShown } = connected();
    for (let now = 1000; now < 1030; now++) {
      listeners.get(type)?.();
      assert.equal(await isShown(now), true, type);
    }
    assert.equal(await isShown(1030), false, type);
    assert.equal(await isShown(1130), true, type);
  }
});

test("a component that has left the page listens to nothing", () => {
  const { pace } = connected();
  pace.hostDisconnected();
  assert.equal(listeners.size, 0);
});
