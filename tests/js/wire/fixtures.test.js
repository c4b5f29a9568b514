import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bytesOf, chunksOf, viewsOf } from "../../../static/js/body/body.js";
import { mediaType, subpathAndQuery } from "../../../static/js/wire/captured.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

/** Captured requests as the server sends them. Python tests read the same file. */
const FIXTURE = new URL("../../fixtures/captured_requests.json", import.meta.url);

/** @type {{wire: CapturedRequest, body_hex: string}[]} */
const samples = JSON.parse(await readFile(FIXTURE, "utf-8"));

test("every body from the server decodes to the bytes that were sent", () => {
  assert.ok(samples.length > 0);
  for (const { wire, body_hex } of samples) {
    assert.equal(Buffer.from(bytesOf(wire.body)).toString("hex"), body_hex, wire.path);
  }
});

test("every request from the server can be listed and shown in each of its views", () => {
  for (const { wire } of samples) {
    assert.match(subpathAndQuery(wire), /^\/[a-z0-9-]+\/%C3%A9\?a=1&a=2&b$/);
    for (const view of viewsOf(wire.body, mediaType(wire))) {
      if (view === "text" || view === "hex") assert.ok([...chunksOf(wire.body, view)].length <= 1);
    }
  }
});
