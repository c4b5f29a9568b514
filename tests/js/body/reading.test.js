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

test("a body without content codings is opened at once, with its charset", () => {
  const latin1 = request(Buffer.from("Zo\xeb", "latin1"), { "Content-Type": "text/plain" });
  assert.equal(opened(latin1)?.body.content, "Zoë");
  assert.equal(opened(latin1)?.body, opened(latin1)?.body, "read once");
  const plain = sample({ body: { size: 1, encoding: "utf-8", content: "a", complete: true } });
  assert.equal(opened(plain)?.body, plain.body);
});

test("a compressed body is decoded only once", async () => {
  const packed = request(gzipSync("[1]"), { ...JSON_TYPE, "Content-Encoding": "gzip" });
  assert.equal(opened(packed), null);
  const [one, other] = await Promise.all([open(packed), open(packed)]);
  assert.equal(one, other);
  assert.deepEqual([one.body.content, one.decoded, one.codings], ["[1]", true, ["gzip"]]);
  assert.equal(opened(packed), one);
});

test("a decompressed body is read with its charset", async () => {
  const packed = request(gzipSync(Buffer.from("\xff\xfeZ\0\xeb\0", "latin1")), {
    "Content-Encoding": "gzip",
  });
  assert.equal((await open(packed)).body.content, "Zë");
});

test("a body with a wrong content coding is shown as sent, with a message", async () => {
  const claimed = sample({
    headers: [["Content-Encoding", "gzip"]],
    body: { size: 2, encoding: "utf-8", content: "{}", complete: true },
  });
  const { body, decoded, problem } = await open(claimed);
  assert.deepEqual([body.content, decoded], ["{}", false]);
  assert.match(problem, /not “gzip”/);
});

test("a loaded decoder decodes br", async () => {
  addDecoders(new URL("../../../static/js/body/decoders/", import.meta.url));
  const packed = request(brotliCompressSync("[1]"), { "Content-Encoding": "br" });
  assert.equal((await open(packed)).body.content, "[1]");
});

test("the least recently used bodies are removed from a full cache", async () => {
  const large = () => request(gzipSync(Buffer.alloc(15 * 2 ** 20)), { "Content-Encoding": "gzip" });
  const first = large();
  await open(first);
  for (let count = 0; count < 30; count++) await open(large());
  assert.equal(opened(first), null);
});
