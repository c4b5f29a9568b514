import assert from "node:assert/strict";
import { test } from "node:test";
import { Position } from "../../../static/js/state/position.js";

test("no request is missing before the first one", () => {
  assert.equal(new Position().follow({ epoch: "a", seq: 7 }), 0);
});

test("a jump in seq gives the number of missing requests", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "a", seq: 8 }), 0);
  assert.equal(position.follow({ epoch: "a", seq: 12 }), 3);
});

test("an earlier position changes nothing", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "a", seq: 3 }), 0);
  assert.equal(position.follow({ epoch: "a", seq: 8 }), 0);
});

test("in a new epoch the number of missing requests is unknown, and counting continues there", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "b", seq: 2 }), null);
  assert.equal(position.follow({ epoch: "b", seq: 4 }), 1);
});
