/** Test a sender of webhooks: the inbox provides a callback and receives its requests. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Inbox } from "webhook-logger";
import { createOrder } from "./orders.mjs";

let inbox;
beforeEach(async () => {
  inbox = await Inbox.open(process.env.WEBHOOK_LOGGER_URL ?? "http://127.0.0.1:8000");
});
afterEach(() => inbox.close());

test("an order sends a webhook", async () => {
  await createOrder({ webhook: inbox.url, total: "12.50" });
  const request = await inbox.wait({ timeout: 5000, where: ({ method }) => method === "POST" });
  assert.deepEqual(await request.json(), { type: "order.created", total: "12.50" });
});

test("the sender retries when the receiver fails", async () => {
  await inbox.reply({ sequence: [500, 500, 200] });
  await createOrder({ webhook: inbox.url, total: "12.50" });
  for (const _attempt of [1, 2, 3]) await inbox.wait({ timeout: 5000 });
});

test("the sender gives up after three attempts", async () => {
  await inbox.reply({ status: 500 });
  await assert.rejects(createOrder({ webhook: inbox.url, total: "12.50" }), /failed 3 times/);
});
