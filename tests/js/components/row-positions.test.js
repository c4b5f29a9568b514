import assert from "node:assert/strict";
import { test } from "node:test";
import { rowAt, rowsIn, startsOf } from "../../../static/js/components/row-positions.js";

const starts = startsOf([10, 10, 30, 10, 10]);

test("each row starts at the end of the row before", () => {
  assert.deepEqual(starts, [0, 10, 20, 50, 60, 70]);
  assert.deepEqual(startsOf([]), [0]);
});

test("a distance finds the row that contains it, or the nearest one", () => {
  assert.deepEqual(
    [-5, 0, 9, 10, 49, 50, 69, 70, 900].map((each) => rowAt(starts, each)),
    [0, 0, 0, 1, 2, 3, 4, 4, 4],
  );
});

test("a range selects the rows that overlap it", () => {
  assert.deepEqual(rowsIn(starts, { top: 15, bottom: 55 }, []), [1, 2, 3]);
  assert.deepEqual(rowsIn(starts, { top: -50, bottom: -20 }, []), [0]);
});

test("a required row is included once and in order", () => {
  assert.deepEqual(rowsIn(starts, { top: 0, bottom: 5 }, [4]), [0, 4]);
  assert.deepEqual(rowsIn(starts, { top: 15, bottom: 55 }, [0, 2]), [0, 1, 2, 3]);
});

test("a list without rows selects no rows", () => {
  assert.deepEqual(rowsIn(startsOf([]), { top: 0, bottom: 500 }, []), []);
});
