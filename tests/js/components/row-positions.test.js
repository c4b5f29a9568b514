import assert from "node:assert/strict";
import { test } from "node:test";
import { rowAt, rowsIn, startsOf } from "../../../static/js/components/row-positions.js";

const starts = startsOf([10, 10, 30, 10, 10]);

test("rows begin where those before them end", () => {
  assert.deepEqual(starts, [0, 10, 20, 50, 60, 70]);
  assert.deepEqual(startsOf([]), [0]);
});

test("a row is found by a distance within it, and outside the nearest one", () => {
  assert.deepEqual(
    [-5, 0, 9, 10, 49, 50, 69, 70, 900].map((each) => rowAt(starts, each)),
    [0, 0, 0, 1, 2, 3, 4, 4, 4],
  );
});

test("the rows of a stretch are those that touch it", () => {
  assert.deepEqual(rowsIn(starts, { top: 15, bottom: 55 }, []), [1, 2, 3]);
  assert.deepEqual(rowsIn(starts, { top: -50, bottom: -20 }, []), [0]);
});

test("a row that must not be missing is there, once and in its place", () => {
  assert.deepEqual(rowsIn(starts, { top: 0, bottom: 5 }, [4]), [0, 4]);
  assert.deepEqual(rowsIn(starts, { top: 15, bottom: 55 }, [0, 2]), [0, 1, 2, 3]);
});

test("a list without rows has none to show", () => {
  assert.deepEqual(rowsIn(startsOf([]), { top: 0, bottom: 500 }, []), []);
});
