import assert from "node:assert/strict";
import { test } from "node:test";
import { transportsFor } from "../../../static/js/wire/transports.js";

/** @param {boolean} hasHeaders */
function namesFor(hasHeaders) {
  return transportsFor(hasHeaders).map((transport) => transport.prototype.name);
}

test("Node uses WebSockets first, also if the platform lacks them", (t) => {
  const platforms = globalThis.WebSocket;
  t.after(() => {
    if (platforms) globalThis.WebSocket = platforms;
  });
  for (let count = 0; count < 2; count++) {
    assert.deepEqual(namesFor(false), ["websocket", "polling"]);
    assert.deepEqual(namesFor(true), ["websocket", "polling"]);
    Reflect.deleteProperty(globalThis, "WebSocket");
  }
});
