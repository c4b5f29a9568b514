import assert from "node:assert/strict";
import { test } from "node:test";
import { PROVIDERS } from "../../../static/js/providers/registry.js";
import { samplesOf } from "../../../static/js/providers/sample.js";
import { sampleNotes } from "../../../static/js/resend/sample.js";

const URL_OF_CALLBACK = "https://hooks.example.com/0b9e7a52-6c1d-4f0e-9d53-2f6f5c1a7e10";

/** @param {string} id */
async function notesOf(id) {
  const provider = PROVIDERS.find((each) => each.id === id);
  assert.ok(provider);
  const samples = await samplesOf(id, URL_OF_CALLBACK);
  return samples.map((sample) => sampleNotes(sample, provider))[0];
}

test("the headers that a browser sets itself are named", async () => {
  assert.deepEqual(await notesOf("github"), ["Browsers set these headers themselves: User-Agent."]);
});

test("a sample that needs its signature to be recognised asks for a secret", async () => {
  assert.deepEqual(await notesOf("slack"), [
    "Browsers set these headers themselves: User-Agent.",
    "Enter a secret, so that the request is recognised as Slack.",
  ]);
});

test("a sample whose signature needs a private key is unsigned", async () => {
  for (const [id, name] of [
    ["discord", "Discord"],
    ["paypal", "PayPal"],
  ]) {
    const note = `${name} signs with a private key, so this page sends the sample unsigned.`;
    assert.ok((await notesOf(id)).includes(note), id);
  }
  assert.ok(!(await notesOf("github")).join(" ").includes("private key"));
});

test("the page can send a sample of every provider that is recognised", async () => {
  for (const { id, name } of PROVIDERS) {
    const notes = await notesOf(id);
    assert.ok(!notes.includes(`The request may not be recognised as ${name}.`), id);
  }
});
