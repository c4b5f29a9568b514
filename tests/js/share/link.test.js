import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import {
  MAX_LINK_CHARACTERS,
  MAX_UNPACKED_BYTES,
  packed,
  secretNames,
  unpacked,
  withoutSecrets,
} from "../../../static/js/share/link.js";
import { sample } from "../samples.js";

/** @typedef {import("../../../static/js/wire/contract.js").Body} Body */

/** @param {string} content @returns {Body} */
const text = (content) => ({
  ...{ size: new TextEncoder().encode(content).length, encoding: "utf-8", complete: true },
  content,
});

const request = sample({
  id: "id-1",
  subpath: "/orders",
  headers: [
    ["Authorization", "Bearer x"],
    ["X-Name", "é"],
    ["Stripe-Signature", "t=1"],
  ],
  body: text('{"a": "zoë 😀"}'),
});
const response = {
  ...{
    status: 201,
    by: "responder",
    headers: /** @type {[string, string][]} */ ([["Set-Cookie", "a"]]),
  },
  ...{ body: text("made"), seconds: 0.5 },
};

/** @param {string | Buffer} content */
const fragmentOf = (content) => `request=${deflateRawSync(content).toString("base64url")}`;

test("a request and its response are unpacked as they were packed", async () => {
  const fragment = await packed({ request, response });
  assert.match(fragment, /^request=[\w-]+$/);
  assert.deepEqual(await unpacked(`#${fragment}`), { request, response });
  const without = await packed({ request, response: undefined });
  assert.deepEqual(await unpacked(without), { request, response: undefined });
});

test("a request that is too large for a link is rejected", async () => {
  const content = randomBytes(MAX_LINK_CHARACTERS).toString("base64");
  const large = { ...request, body: text(content) };
  await assert.rejects(packed({ request: large, response }), {
    message: /^The request is too large for a link \(.+ kB, the maximum is 64 kB\)\. Export it/,
  });
});

test("a damaged, foreign or malicious link is rejected with the reason", async () => {
  const fragment = await packed({ request, response });
  for (const [wrong, message] of /** @type {[string, RegExp][]} */ ([
    ["", /^The link contains no request\.$/],
    ["key=AAAA", /^The link contains no request\.$/],
    ["request=", /^The link is damaged or incomplete/],
    ["request=%00", /^The link is damaged or incomplete/],
    [fragment.slice(0, -20), /^The link is damaged or incomplete/],
    [fragment.replace("request=", "request=AAAA"), /^The link is damaged or incomplete/],
    [fragmentOf("{"), /^The link is damaged or incomplete/],
    [fragmentOf("[".repeat(1e6)), /^The link is damaged or incomplete/],
    [fragmentOf("null"), /^The link contains no valid request\. The content is not an object/],
    [fragmentOf("{}"), /no valid request\. The request is not an object/],
    [fragmentOf(JSON.stringify({ request: { ...request, path: "//x" } })), /Its path is invalid/],
    [fragmentOf(Buffer.alloc(2 * MAX_UNPACKED_BYTES)), /larger than the maximum of 8\.39 MB\.$/],
  ])) {
    await assert.rejects(unpacked(wrong), { message }, wrong.slice(0, 100));
  }
});

test("values that may be secrets are left out on request", () => {
  assert.deepEqual(secretNames(request), ["Authorization", "Stripe-Signature"]);
  const cleaned = withoutSecrets({ request, response });
  assert.deepEqual(
    cleaned.request.headers.map(([, value]) => value),
    ["(left out)", "é", "(left out)"],
  );
  assert.deepEqual(cleaned.response?.headers, [["Set-Cookie", "(left out)"]]);
  assert.deepEqual(cleaned.request.body, request.body);
  const names = [
    "X-Api-Key",
    "x-amz-security-token",
    "X-Hub-Signature-256",
    "Cookie",
    "X-Hook-Secret",
    "Webhook-View-Key",
  ];
  const headers = names.map((name) => /** @type {[string, string]} */ ([name, "x"]));
  assert.deepEqual(secretNames({ ...request, headers }), names);
  assert.deepEqual(
    secretNames({
      ...request,
      headers: [
        ["Content-Type", "a"],
        ["X-Author", "b"],
      ],
    }),
    [],
  );
});
