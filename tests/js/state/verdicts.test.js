import assert from "node:assert/strict";
import { test } from "node:test";
import { Secrets } from "../../../static/js/state/secrets.js";
import { Verdicts } from "../../../static/js/state/verdicts.js";
import { sample, UUID } from "../samples.js";

/** @typedef {import("../../../static/js/state/verdicts.js").Verdict} Verdict */

const GITHUB = {
  provider: { id: "github", name: "GitHub" },
  event: "",
  delivery: "",
  attempt: null,
};

/**
 * Return verdicts on requests of one provider, its secrets, and the ids of the checked requests.
 * @param {string} [secret]
 */
function verdictsFor(secret) {
  const secrets = new Secrets(() => {
    throw new Error("no storage");
  }, UUID);
  if (secret) secrets.remember("github", { secret });
  /** @type {string[]} */
  const checked = [];
  const recognise = (/** @type {{method: string}} */ { method }) =>
    method === "POST" ? GITHUB : null;
  const verdicts = new Verdicts(secrets, recognise, async ({ id }, { secret }) => {
    checked.push(`${id} ${secret}`);
    if (secret === "broken") throw new TypeError("not a key");
    return secret === "right"
      ? { ok: true, notes: [] }
      : { ok: false, reason: "secret", text: "wrong" };
  });
  return { verdicts, secrets, checked };
}

/**
 * Wait until a number of checks are done.
 * @param {Verdicts} verdicts
 */
const checks = (verdicts, number = 1) =>
  new Promise((resolve) => {
    verdicts.subscribe(() => --number === 0 && resolve(undefined));
  });

test("a request is pending until it is checked, and is checked once", async () => {
  const { verdicts, checked } = verdictsFor("right");
  const request = sample();
  const done = checks(verdicts);
  assert.equal(verdicts.get(request), "pending");
  assert.equal(verdicts.get(request), "pending");
  await done;
  assert.deepEqual(verdicts.get(request), { ok: true, notes: [] });
  assert.deepEqual(checked, ["id 1 right"]);
});

test("without a secret of their provider, requests are not checked", () => {
  assert.equal(verdictsFor().verdicts.get(sample()), undefined);
  const { verdicts, checked } = verdictsFor("right");
  assert.equal(verdicts.get(sample({ method: "GET" })), undefined);
  assert.deepEqual(checked, []);
});

test("another secret checks a request again", async () => {
  const { verdicts, secrets } = verdictsFor("right");
  const request = sample();
  let done = checks(verdicts);
  verdicts.get(request);
  await done;
  done = checks(verdicts, 2);
  secrets.remember("github", { secret: "other" });
  assert.equal(verdicts.get(request), "pending");
  await done;
  assert.deepEqual(verdicts.get(request), { ok: false, reason: "secret", text: "wrong" });
  secrets.forget("github");
  assert.equal(verdicts.get(request), undefined);
});

test("the rows shown last are checked first, and a bounded number waits", async () => {
  const { verdicts, checked } = verdictsFor("right");
  const done = checks(verdicts, 200);
  const requests = Array.from({ length: 300 }, (_, seq) => sample({ seq }));
  for (const request of requests) verdicts.get(request);
  await done;
  assert.equal(checked[0], "id 299 right");
  assert.equal(checked.length, 200);
  const more = checks(verdicts);
  assert.equal(verdicts.get(requests[0]), "pending");
  await more;
  assert.equal(checked.at(-1), "id 0 right");
});

test("a check that fails has no verdict and does not stop the others", async () => {
  const { verdicts, secrets } = verdictsFor("broken");
  const [first, second] = [sample({ seq: 1 }), sample({ seq: 2 })];
  let done = checks(verdicts, 2);
  verdicts.get(first);
  verdicts.get(second);
  await done;
  assert.equal(verdicts.get(first), undefined);
  assert.equal(verdicts.get(second), undefined);
  secrets.remember("github", { secret: "right" });
  done = checks(verdicts);
  verdicts.get(first);
  await done;
  assert.deepEqual(verdicts.get(first), { ok: true, notes: [] });
});
