import assert from "node:assert/strict";
import { test } from "node:test";
import { HandshakeResponder } from "../../../static/js/providers/handshake-responder.js";
import { Secrets } from "../../../static/js/state/secrets.js";
import { sample, UUID } from "../samples.js";

const API = "https://hooks.example.com/api/callbacks/";
const KEY = "AAAAAAAAAAAAAAAAAAAAAA";
const JSON_TYPE = /** @type {[string, string]} */ (["Content-Type", "application/json"]);

/**
 * @param {string} content
 * @param {[string, string][]} [headers]
 */
function request(content, headers = []) {
  const body = { size: content.length, encoding: /** @type {const} */ ("utf-8"), content };
  return sample({ headers: [JSON_TYPE, ...headers], body: { ...body, complete: true } });
}

const ZOOM = request('{"event": "endpoint.url_validation", "payload": {"plainToken": "a"}}');
const DISCORD = request('{"version": 1, "application_id": "1234560123453231555", "type": 0}', [
  ["X-Signature-Ed25519", "00".repeat(64)],
  ["X-Signature-Timestamp", "1795322460"],
]);
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; // RFC 8032

/**
 * Return the responses to a request that a page with these secrets posts.
 * @param {import("node:test").TestContext} context
 * @param {import("../samples.js").CapturedRequest} handshake
 * @param {Record<string, string>} remembered  secrets by provider
 * @param {boolean} [responds]  whether the server lets pages respond
 */
async function posted(context, handshake, remembered, responds = true) {
  const secrets = new Secrets(() => {
    throw new Error("no storage");
  }, UUID);
  for (const [provider, secret] of Object.entries(remembered)) {
    secrets.remember(provider, { secret });
  }
  secrets.responds = responds;
  const fetch = context.mock.method(globalThis, "fetch", async () => new Response());
  await new HandshakeResponder(secrets, API, KEY).answer(handshake);
  fetch.mock.restore();
  return fetch.mock.calls.map(({ arguments: [url, options] }) => {
    assert.equal(url, `${API}requests/${encodeURIComponent(handshake.id)}/response`);
    assert.equal(new Headers(options?.headers).get("Webhook-View-Key"), KEY);
    return JSON.parse(String(options?.body)).status;
  });
}

test("a handshake gets a response only with the secret of its provider", async (context) => {
  assert.deepEqual(await posted(context, ZOOM, { zoom: "hush" }), [200]);
  assert.deepEqual(await posted(context, ZOOM, { discord: PUBLIC_KEY, x: "hush" }), []);
  assert.deepEqual(await posted(context, request("{}"), { zoom: "hush" }), []);
});

test("a page that must not respond posts and claims nothing", async (context) => {
  assert.deepEqual(await posted(context, ZOOM, { zoom: "hush" }, false), []);
  const secrets = new Secrets(() => globalThis.sessionStorage, UUID);
  secrets.responds = false;
  secrets.remember("zoom", { secret: "hush" });
  const claim = context.mock.fn();
  new HandshakeResponder(secrets, API).follow({ respond: claim });
  assert.equal(claim.mock.callCount(), 0);
});

test("a signature is refused only with a key that can check it", async (context) => {
  assert.deepEqual(await posted(context, DISCORD, { discord: PUBLIC_KEY }), [401]);
  assert.deepEqual(await posted(context, DISCORD, { discord: "hush" }), []);
});

test("without WebCrypto, no handshake gets a response", async (context) => {
  context.mock.getter(globalThis, "crypto", () => ({}));
  assert.deepEqual(await posted(context, ZOOM, { zoom: "hush" }), []);
  assert.deepEqual(await posted(context, DISCORD, { discord: PUBLIC_KEY }), []);
});
