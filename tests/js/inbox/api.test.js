import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Api, replyToWire, whyUnreachable } from "../../../static/js/inbox/api.js";

const at = { uuid: "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11", key: "k" };

/** The status and the body of the next response. @type {[number, string] | undefined} */
let next;
/** @type {import("node:http").IncomingMessage | undefined} */
let latest;
const server = createServer((request, response) => {
  latest = request;
  if (next) response.writeHead(next[0], { location: "/other" }).end(next[1]);
});
let url = "";

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

test("bodies can be texts or bytes, and headers an object or pairs", () => {
  const text = { encoding: "utf-8", content: "ü" };
  assert.deepEqual(
    replyToWire({
      status: 503,
      headers: { "Retry-After": "1" },
      body: "ü",
      rules: [{ match: { method: "PUT" }, headers: [["A", "1"]], body: new Uint8Array([0, 255]) }],
      sequence: [500, { body: "ü" }],
    }),
    {
      status: 503,
      headers: [["Retry-After", "1"]],
      body: text,
      rules: [
        {
          match: { method: "PUT" },
          headers: [["A", "1"]],
          body: { encoding: "base64", content: "AP8=" },
        },
      ],
      sequence: [500, { body: text }],
    },
  );
  assert.deepEqual(replyToWire({}), {});
});

test("a reply that is not an object, and a body that is not text or bytes, are refused", () => {
  const bodies = [5, { id: 1 }, null, new ArrayBuffer(2)].map((body) => ({ body }));
  const wrong = [503, "503", null, undefined, ...bodies, { rules: [404] }, { sequence: ["503"] }];
  for (const reply of [...wrong, { sequence: bodies }]) {
    assert.throws(() => replyToWire(/** @type {any} */ (reply)), { name: "Invalid" });
  }
});

test("a call has the view key, the log-in and the headers", async () => {
  next = [204, ""];
  const position = { server: url, ...at, authorization: "Basic abc" };
  await new Api(position, { headers: { "X-Team": "blue" } }, 60_000).resetReply();
  assert.equal(latest?.method, "DELETE");
  assert.equal(latest?.url, `/api/callbacks/${at.uuid}/reply`);
  assert.equal(latest?.headers["webhook-view-key"], "k");
  assert.equal(latest?.headers.authorization, "Basic abc");
  assert.equal(latest?.headers["x-team"], "blue");
});

test("an error has the server's reason, and says whether the server may accept it later", async () => {
  const api = new Api({ server: url, ...at }, {}, 60_000);
  const error = JSON.stringify({ error: { reason: "some_reason", message: "Some message." } });
  for (const [status, name] of /** @type {const} */ ([
    [400, "Rejected"],
    [429, "Unreachable"],
    [503, "Unreachable"],
  ])) {
    next = [status, error];
    const expected = { name, reason: "some_reason", message: /Some message/ };
    await assert.rejects(api.setReply({ status: 200 }), expected);
  }
  for (const body of ["<html>", "null", '{"error": 1}']) {
    next = [403, body];
    await assert.rejects(api.resetReply(), { name: "Rejected", reason: "rejected" });
  }
});

test("a late response is not an error", async () => {
  const api = new Api({ server: url, ...at }, {}, 60_000);
  next = [409, JSON.stringify({ error: { reason: "too_late", message: "" } })];
  assert.equal(await api.settle("id/1", { status: 200 }), false);
  assert.equal(latest?.url, `/api/callbacks/${at.uuid}/requests/id%2F1/response`);
  next = [204, ""];
  assert.equal(await api.settle("1"), true);
});

test("redirects are not followed, and a server that does not respond is too slow", async () => {
  next = [307, ""];
  const api = new Api({ server: url, ...at }, {}, 60_000);
  await assert.rejects(api.resetReply(), { name: "Unreachable", reason: "unreachable" });
  next = undefined;
  const hasty = new Api({ server: url, ...at }, {}, 1);
  await assert.rejects(hasty.resetReply(), { name: "TooSlow", reason: "too_slow" });
});

test("a server that can't be reached has a cause", async () => {
  next = [404, ""];
  assert.match(await whyUnreachable(url), /404/);
  next = [200, ""];
  assert.equal(await whyUnreachable(url), "");
  assert.match(await whyUnreachable("http://127.0.0.1:1"), /can't be reached/);
});
