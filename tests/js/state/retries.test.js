import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_RECOGNISER } from "../../../static/js/state/recogniser.js";
import { Retries, retryLabel, retryText } from "../../../static/js/state/retries.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/captured.js").CapturedRequest} CapturedRequest */

/** @param {string} content */
const text = (content) => ({
  size: content.length,
  encoding: /** @type {const} */ ("utf-8"),
  content,
  complete: true,
});

/** @param {number} seconds */
const at = (seconds) => new Date(Date.UTC(2026, 10, 22) + seconds * 1000).toISOString();

/**
 * Add requests that arrive one after the other, by default a minute apart.
 * @param {Partial<CapturedRequest>[]} requests
 */
const found = (...requests) => {
  const arrived = requests.map((fields, index) =>
    sample({ seq: index + 1, received_at: at(60 * index), ...fields }),
  );
  const retries = new Retries();
  for (const request of arrived) retries.add(request);
  const ids = arrived.map(({ id }) => id).reverse();
  return new Map(ids.filter((id) => retries.get(id)).map((id) => [id, retries.get(id)]));
};

/** @param {string} value @returns {Partial<CapturedRequest>} */
const delivery = (value, name = "Webhook-Id") => ({ headers: [[name, value]] });

test("a repeated delivery id is a numbered retry with the time since the previous one", () => {
  const retries = found(delivery("a"), delivery("b"), delivery("a"), delivery("a", "WEBHOOK-ID"));
  assert.deepEqual(
    [...retries],
    [
      ["id 4", { first: "id 1", number: 3, after: 60, by: "webhook-id", certain: true }],
      ["id 3", { first: "id 1", number: 2, after: 120, by: "webhook-id", certain: true }],
    ],
  );
});

test("a delivery id is valid for days, and for one method and path", () => {
  const late = { ...delivery("a", "Idempotency-Key"), received_at: at(7 * 86_400) };
  const elsewhere = { ...delivery("a", "Idempotency-Key"), subpath: "/elsewhere" };
  const put = { ...delivery("a", "Idempotency-Key"), method: "PUT" };
  const retries = found(delivery("a", "Idempotency-Key"), elsewhere, put, late);
  assert.deepEqual([...retries.keys()], ["id 4"]);
});

test("the same body with another delivery id is not a retry", () => {
  const body = text("{}");
  assert.equal(found({ ...delivery("a"), body }, { ...delivery("b"), body }).size, 0);
});

test("a proxy's request id is ignored", () => {
  assert.equal(found(delivery("a", "X-Request-Id"), delivery("a", "X-Request-Id")).size, 0);
});

test("the same body within a day is only a hint, also the third time", () => {
  const body = text('{"event": "alive"}');
  const other = text('{"event": "sent"}');
  const retries = found({ body }, { body: other }, { body }, { body });
  assert.deepEqual(
    [...retries],
    [
      ["id 4", { first: "id 1", number: 1, after: 60, by: "body", certain: false }],
      ["id 3", { first: "id 1", number: 1, after: 120, by: "body", certain: false }],
    ],
  );
  assert.equal(found({ body }, { body, received_at: at(86_400) }).size, 1);
  assert.equal(found({ body }, { body, received_at: at(86_401) }).size, 0);
});

test("the same body with a header that counts attempts is a retry", () => {
  /** @param {string[]} header */
  const retry = (...header) => ({ body: text("{}"), headers: [/** @type {any} */ (header)] });
  for (const [name, first, second] of [
    ["X-Retry-Count", "0", "1"],
    ["Retry-Attempt", "0", "1"],
    ["X-Delivery-Attempt", "1", "2"],
  ]) {
    const retries = found(retry(name, first), retry(name, second), retry(name, first));
    assert.deepEqual(
      retries.get("id 2"),
      { first: "id 1", number: 2, after: 60, by: "body", certain: true },
      name,
    );
    assert.equal(retries.get("id 3")?.certain, false, name);
  }
  assert.equal(found(retry("X-Retry-Count", "often")).size, 0);
});

test("a header that counts attempts marks a retry of a request without a body", () => {
  const retries = new Retries();
  retries.add(sample({ seq: 1, headers: [["X-Slack-Retry-Num", "2"]] }));
  retries.add(sample({ seq: 2, headers: [["X-Slack-Retry-Num", "0"]] }));
  const expected = { first: "id 1", number: 3, after: null, by: "attempt", certain: true };
  assert.deepEqual([retries.get("id 1"), retries.get("id 2")], [expected, undefined]);
  retries.forget("id 1");
  assert.equal(retries.get("id 1"), undefined);
});

test("empty bodies are not retries", () => {
  assert.equal(found({}, {}).size, 0);
  const lost = { size: 2_000_000, encoding: /** @type {const} */ ("utf-8"), content: "" };
  assert.equal(
    found({ body: { ...lost, complete: false } }, { body: { ...lost, complete: false } }).size,
    0,
  );
});

test("large bodies that differ only in the middle are different", () => {
  /** @param {string} middle */
  const large = (middle) => ({ body: text("x".repeat(40_000) + middle + "x".repeat(40_000)) });
  assert.equal(found(large("a"), large("b")).size, 0);
  assert.equal(found(large("a"), large("a")).size, 1);
});

test("the number continues when early requests are dropped, and restarts when all are", () => {
  const retries = new Retries();
  /** @param {number} seq */
  const arrive = (seq) => retries.add(sample({ seq, ...delivery("a") }));
  arrive(1);
  arrive(2);
  retries.forget("id 1");
  arrive(3);
  assert.equal(retries.get("id 3")?.number, 3);
  retries.forget("id 2");
  retries.forget("id 3");
  assert.equal(retries.get("id 3"), undefined);
  arrive(4);
  assert.equal(retries.get("id 4"), undefined);
});

test("dropping an old chain keeps the chain that replaced it", () => {
  const retries = new Retries();
  const body = text("same");
  retries.add(sample({ seq: 1, body, received_at: at(0) }));
  retries.add(sample({ seq: 2, body, received_at: at(90_000) }));
  retries.forget("id 1");
  retries.add(sample({ seq: 3, body, received_at: at(90_030) }));
  assert.deepEqual(retries.get("id 3"), {
    first: "id 2",
    number: 1,
    after: 30,
    by: "body",
    certain: false,
  });
});

/**
 * Return retries that read the delivery id, the attempt and the event from the body: "id attempt event".
 * @param {string[]} bodies
 */
const recognised = (...bodies) => {
  const retries = new Retries({
    ...NO_RECOGNISER,
    recognise: ({ body }) => {
      const [delivery, attempt, event = ""] = body.content.split(" ");
      return { provider: { id: "a", name: "A" }, event, delivery, attempt: Number(attempt) };
    },
  });
  for (const [index, body] of bodies.entries()) {
    retries.add(sample({ seq: index + 1, received_at: at(60 * index), body: text(body) }));
  }
  return bodies.map((_, index) => retries.get(`id ${index + 1}`));
};

test("a provider's delivery id identifies retries, even if the body differs", () => {
  assert.deepEqual(recognised("a 1", "b 1", "a 2").at(-1), {
    first: "id 1",
    number: 2,
    after: 120,
    by: "delivery id",
    certain: true,
  });
  assert.equal(recognised("a 1", "b 1").at(-1), undefined);
  assert.equal(recognised("a 1 order.created", "a 1 order.paid").at(-1), undefined);
});

test("an attempt number counts the deliveries that the list does not have", () => {
  const [first, second] = recognised("a 3", "a 5");
  assert.deepEqual(first, { first: "id 1", number: 3, after: null, by: "attempt", certain: true });
  assert.deepEqual(second, {
    first: "id 1",
    number: 5,
    after: 60,
    by: "delivery id",
    certain: true,
  });
  assert.equal(recognised("a 1", "a 1").at(-1)?.number, 2);
});

test("the same request twice counts once", () => {
  const retries = new Retries();
  const request = sample(delivery("a"));
  retries.add(request);
  retries.add(request);
  assert.equal(retries.get(request.id), undefined);
});

test("senders' texts never become keys that engines hash only by length", () => {
  const lengths = keyLengthsOf(() => {
    const retries = new Retries();
    const long = "x".repeat(60_000);
    retries.add(sample({ seq: 1, path: `/${long}`, ...delivery(long) }));
    retries.add(sample({ seq: 2, path: `/${long}`, body: text(long) }));
  });
  assert.ok(lengths.length > 4);
  assert.ok(Math.max(...lengths) <= 16_000);
});

test("long requests that differ only in the middle are different deliveries", () => {
  const retries = new Retries();
  for (const [at, middle] of ["a", "b"].entries()) {
    const long = "x".repeat(20_000) + middle + "x".repeat(20_000);
    retries.add(sample({ seq: 3 * at, path: `/${long}`, ...delivery("1") }));
    retries.add(sample({ seq: 3 * at + 1, ...delivery(long) }));
    retries.add(sample({ seq: 3 * at + 2, body: text(long) }));
  }
  assert.deepEqual(
    [3, 4, 5].map((seq) => retries.get(`id ${seq}`)),
    Array(3).fill(undefined),
  );
});

/**
 * Return the lengths of the keys that maps receive during some work.
 * @param {() => void} work
 */
function keyLengthsOf(work) {
  const { set } = Map.prototype;
  /** @type {number[]} */
  const lengths = [];
  Map.prototype.set = function (key, value) {
    lengths.push(key.length);
    return set.call(this, key, value);
  };
  try {
    work();
  } finally {
    Map.prototype.set = set;
  }
  return lengths;
}

test("the text describes a retry", () => {
  const retry = { first: "a", number: 3, after: 300.5, by: "webhook-id", certain: true };
  assert.equal(retryText(retry), "Delivery 3, 5 minutes after the previous one (same webhook-id)");
  assert.equal(retryLabel(retry), "Delivery 3");
  assert.equal(retryText({ ...retry, certain: false }), "Same body as a request 5 minutes earlier");
  assert.match(retryText({ ...retry, after: 0.3 }), /less than a second after/);
  assert.equal(
    retryText({ ...retry, after: null, by: "attempt" }),
    "Delivery 3, according to the sender’s attempt number",
  );
});
