import assert from "node:assert/strict";
import { test } from "node:test";
import { Position } from "../../../static/js/state/position.js";

test("the first request has nothing missing before it", () => {
  assert.equal(new Position().follow({ epoch: "a", seq: 7 }), 0);
});

test("a hole in the counting is the number of missing requests", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "a", seq: 8 }), 0);
  assert.equal(position.follow({ epoch: "a", seq: 12 }), 3);
});

test("a position that was already passed changes nothing", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "a", seq: 3 }), 0);
  assert.equal(position.follow({ epoch: "a", seq: 8 }), 0);
});

test("in another epoch nobody can tell, and the counting goes on there", () => {
  const position = new Position();
  position.start({ epoch: "a", seq: 7 });
  assert.equal(position.follow({ epoch: "b", seq: 2 }), null);
  assert.equal(position.follow({ epoch: "b", seq: 4 }), 1);
});
