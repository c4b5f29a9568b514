import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { addDecoders } from "../../../static/js/body/decoders/index.js";
import { open, opened } from "../../../static/js/body/reading.js";
import { sample } from "../samples.js";

/**
 * @param {Uint8Array} bytes
 * @param {Record<string, string>} headers
 */
const request = (bytes, headers) =>
  sample({
    headers: Object.entries(headers),
    body: {
      size: bytes.length,
      encoding: "base64",
      content: Buffer.from(bytes).toString("base64"),
      complete: true,
    },
  });

const JSON_TYPE = { "Content-Type": "application/json" };

test("a body without content codings is open at once, its text by its charset", () => {
  const latin1 = request(Buffer.from("Zo\xeb", "latin1"), { "Content-Type": "text/plain" });
  assert.equal(opened(latin1)?.body.content, "Zoë");
  assert.equal(opened(latin1)?.body, opened(latin1)?.body, "read once");
  const plain = sample({ body: { size: 1, encoding: "utf-8", content: "a", complete: true } });
  assert.equal(opened(plain)?.body, plain.body);
});

test("a compressed body is opened once, and then is open at once", async () => {
  const packed = request(gzipSync("[1]"), { ...JSON_TYPE, "Content-Encoding": "gzip" });
  assert.equal(opened(packed), null);
  const [one, other] = await Promise.all([open(packed), open(packed)]);
  assert.equal(one, other);
  assert.deepEqual([one.body.content, one.undone, one.codings], ["[1]", true, ["gzip"]]);
  assert.equal(opened(packed), one);
});

test("what comes out is read by its charset, too", async () => {
  const packed = request(gzipSync(Buffer.from("\xff\xfeZ\0\xeb\0", "latin1")), {
    "Content-Encoding": "gzip",
  });
  assert.equal((await open(packed)).body.content, "Zë");
});

test("a body that is not compressed as it says is shown as sent, and why", async () => {
  const claimed = sample({
    headers: [["Content-Encoding", "gzip"]],
    body: { size: 2, encoding: "utf-8", content: "{}", complete: true },
  });
  const { body, undone, problem } = await open(claimed);
  assert.deepEqual([body.content, undone], ["{}", false]);
  assert.match(problem, /not “gzip”/);
});

test("a decoder that the page brings undoes br", async () => {
  addDecoders(new URL("../../../static/js/body/decoders/", import.meta.url));
  const packed = request(brotliCompressSync("[1]"), { "Content-Encoding": "br" });
  assert.equal((await open(packed)).body.content, "[1]");
});

test("what was read longest ago is forgotten when it is too much", async () => {
  const large = () => request(gzipSync(Buffer.alloc(15 * 2 ** 20)), { "Content-Encoding": "gzip" });
  const first = large();
  await open(first);
  for (let count = 0; count < 30; count++) await open(large());
  assert.equal(opened(first), null);
});
