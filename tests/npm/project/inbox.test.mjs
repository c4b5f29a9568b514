// The tests of a user's project, which run against a real server: WEBHOOK_LOGGER_URL.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox, NothingArrived } from "webhook-logger";

const PATIENCE_MS = 60_000;

test("a webhook arrives in a new private inbox", async () => {
  const inbox = await Inbox.open();
  assert.match(inbox.viewUrl, /\/view\/[^#]*#key=[\w-]{22}$/);
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ type: "order.created" });
  await fetch(`${inbox.url}/ping`);
  await fetch(`${inbox.url}/orders?a=1`, { method: "POST", headers, body });
  const request = await inbox.wait({ where: (r) => r.method === "POST", timeout: PATIENCE_MS });
  assert.equal((await request.json()).type, "order.created");
  assert.deepEqual([request.subpath, request.query], ["/orders", [["a", "1"]]]);
  await assert.rejects(
    inbox.wait({ where: (r) => r.method === "PUT", timeout: 1 }),
    NothingArrived,
  );
  await inbox.close();
});

test("iteration yields all requests in order", async () => {
  const inbox = await Inbox.open();
  for (const number of [1, 2, 3]) await fetch(`${inbox.url}/${number}`);
  const paths = [];
  for await (const event of inbox) if (paths.push(event.subpath) === 3) break;
  assert.deepEqual(paths, ["/1", "/2", "/3"]);
  await inbox.close();
});

test("a reply fails twice, and then fills in values of the request", async () => {
  const inbox = await Inbox.open();
  const rule = { match: { subpath: "/orders*" }, status: 404, body: "no orders" };
  await inbox.reply({
    sequence: [503, { status: 201, body: "{{ query.id }}", template: true }],
    rules: [rule],
  });
  const statuses = [];
  for (const path of ["", "?id=7", "/orders"]) {
    const response = await fetch(inbox.url + path);
    statuses.push([response.status, await response.text()]);
  }
  assert.deepEqual(statuses, [
    [503, ""],
    [201, "7"],
    [404, "no orders"],
  ]);
  await inbox.resetReply();
  assert.equal((await fetch(inbox.url)).status, 200);
  await assert.rejects(inbox.reply({ status: 99 }), { name: "Rejected", message: /status/ });
  await inbox.close();
});

test("a responder produces the response while the sender waits", async () => {
  const inbox = await Inbox.open(undefined, { respond: true });
  assert.equal(inbox.responding, true);
  const sent = fetch(inbox.url);
  const request = await inbox.wait({ timeout: PATIENCE_MS });
  const bytes = new Uint8Array([0, 255]);
  assert.equal(
    await inbox.respond(request, { status: 202, headers: { "X-By": "me" }, body: bytes }),
    true,
  );
  assert.equal(await inbox.respond(request), false);
  const response = await sent;
  assert.deepEqual([response.status, response.headers.get("x-by")], [202, "me"]);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  const declined = fetch(inbox.url);
  assert.equal(await inbox.decline(await inbox.wait({ timeout: PATIENCE_MS })), true);
  assert.equal((await declined).status, 200);
  await inbox.close();
});

test("the link for people who may watch opens the same callback", async () => {
  const first = await Inbox.open();
  const second = await Inbox.open(first.viewUrl);
  await fetch(first.url, { method: "PATCH" });
  assert.equal((await second.wait({ timeout: PATIENCE_MS })).method, "PATCH");
  const wrong = first.viewUrl.replace(/.{22}$/, "A".repeat(22));
  await assert.rejects(Inbox.open(wrong), { name: "Rejected", reason: "private" });
  await assert.rejects(Inbox.open(first.url), { name: "Invalid", reason: "private" });
  await Promise.all([first.close(), second.close()]);
});

test("the stream is there, too, and the element can be imported without a page", async () => {
  const { openStream } = await import("webhook-logger/stream");
  assert.equal(openStream, (await import("webhook-logger")).openStream);
  await import("webhook-logger/element");
});
