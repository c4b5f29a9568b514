import assert from "node:assert/strict";
import { test } from "node:test";
import { qrDrawing } from "../../../static/js/components/qr-drawing.js";

test("a code has its three corner marks inside a quiet zone of four modules", async () => {
  const { path, size } = await qrDrawing("https://hooks.example.com/");
  const dark = new Set(path.match(/M\d+ \d+/g));
  const corners = ["M4 4", `M${size - 5} 4`, `M4 ${size - 5}`];
  assert.ok(corners.every((corner) => dark.has(corner)));
  const edges = [...dark].filter((module) => /M[0-3] | [0-3]$/.test(module));
  assert.deepEqual(edges, []);
});
