/** Official and documented test vectors; where a scheme has none, the test's name says what it has. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALGORITHMS, hmac, utf8 } from "../../static/js/signatures/hmac.js";
import { SCHEMES } from "../../static/js/signatures/schemes.js";
import { sample } from "./samples.js";

/**
 * @typedef {import("../../static/js/captured.js").CapturedRequest} CapturedRequest
 * @typedef {import("../../static/js/signatures/schemes.js").Scheme} Scheme
 */

/**
 * @param {string} content
 * @param {Record<string, string>} headers
 * @param {Partial<CapturedRequest>} [fields]
 */
function signed(content, headers, fields) {
  const body = { size: Buffer.byteLength(content), encoding: "utf-8", content, complete: true };
  return sample({
    headers: Object.entries(headers),
    body: /** @type {CapturedRequest["body"]} */ (body),
    ...fields,
  });
}

/** @param {string} id */
function schemeOf(id) {
  return /** @type {Scheme} */ (SCHEMES.find((scheme) => scheme.id === id));
}

/**
 * It is right; and with a changed body, and with another secret, it is wrong.
 * @param {string} id
 * @param {CapturedRequest} request
 * @param {Record<string, string>} fields
 */
async function assertRight(id, request, fields) {
  const { check } = schemeOf(id);
  assert.deepEqual(reason(await check(request, fields)), "valid");
  assert.equal(reason(await check(request, { ...fields, secret: "AAAA" })), "secret");
}

/** @param {import("../../static/js/signatures/verdict.js").Verdict} verdict */
function reason(verdict) {
  return verdict.ok ? "valid" : verdict.why;
}

/** @param {number} seconds */
function at(seconds) {
  return { received_at: new Date(seconds * 1000).toISOString() };
}

test("HMAC: RFC 2202 and RFC 4231, test case 2, for every algorithm", async () => {
  const expected = {
    "SHA-1": "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "SHA-256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "SHA-384":
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "SHA-512":
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  };
  for (const algorithm of ALGORITHMS) {
    const bytes = await hmac(algorithm, utf8("Jefe"), ["what do ya want", utf8(" for nothing?")]);
    assert.equal(Buffer.from(bytes).toString("hex"), expected[algorithm]);
  }
});

test("GitHub: the example of its documentation", async () => {
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const request = signed("Hello, World!", { "X-Hub-Signature-256": signature });
  await assertRight("github", request, { secret: "It's a Secret to Everybody" });
});

test("GitHub: an old SHA-1 signature, made with openssl", async () => {
  const signature = "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59";
  const request = signed("Hello, World!", { "X-Hub-Signature": signature });
  await assertRight("github", request, { secret: "It's a Secret to Everybody" });
});

test("Slack: the example of its documentation", async () => {
  const request = signed(
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    {
      "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      "X-Slack-Request-Timestamp": "1531420618",
    },
    at(1531420618),
  );
  await assertRight("slack", request, { secret: "8f742231b10e8888abcd99yyyzzz85a5" });
});

test("Standard Webhooks: the vector of its JavaScript library, with and without whsec_", async () => {
  const headers = {
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "Webhook-Timestamp": "1614265330",
    "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const request = signed('{"test": 2432232314}', headers, at(1614265330));
  const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  await assertRight("standard-webhooks", request, { secret });
  await assertRight("standard-webhooks", request, { secret: `whsec_${secret}` });
});

test("Svix: the example of its documentation", async () => {
  const headers = {
    "svix-id": "msg_loFOjxBNrRLzqYUf",
    "svix-timestamp": "1731705121",
    "svix-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
  };
  const content = '{"event_type":"ping","data":{"success":true}}';
  const request = signed(content, headers, at(1731705121));
  await assertRight("standard-webhooks", request, { secret: "whsec_plJ3nmyCDGBKInavdOK15jsl" });
});

test("Stripe documents no vector: one made with openssl, among several signatures", async () => {
  const right = "7b07b5ee0f87494975d0a2d18850afa64f455b9fdd34d1729826e324efd87f78";
  const header = `t=1795322460,v1=${"0".repeat(64)},v1=${right},v0=${"1".repeat(64)}`;
  const request = signed('{"id":"evt_1","object":"event"}', { "Stripe-Signature": header });
  await assertRight("stripe", request, { secret: "whsec_test_secret" });
});

test("Shopify documents no vector: one made with openssl", async () => {
  const headers = { "X-Shopify-Hmac-SHA256": "0h52yAQCmdloUXigxoXzWjY8KZftCRo/kmLTGy+hnVU=" };
  await assertRight("shopify", signed('{"id":1,"total":"10.00"}', headers), { secret: "hush" });
});

test("GitLab documents no vector: one made with openssl for a signing token", async () => {
  const headers = {
    "X-Gitlab-Event": "Push Hook",
    "webhook-id": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f",
    "webhook-timestamp": "1795322460",
    "webhook-signature": "v1,CFIHS9mZ1Cccl8OeNYdCvseJHNsxTjAo22izGwRItnk=",
  };
  const secret = "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=";
  await assertRight("gitlab", signed('{"object_kind":"push"}', headers), { secret });
});

const TWILIO_FORM =
  "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE";
const TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2";

/**
 * @param {string} content
 * @param {string} signature
 * @param {Record<string, string>} [headers]
 */
function twilio(content, signature, headers = {}) {
  const type = content.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
  return signed(content, { "Content-Type": type, "X-Twilio-Signature": signature, ...headers });
}

test("Twilio: the example of its documentation and the vectors of its Node library", async () => {
  /** @type {[signature: string, url: string, form: string][]} */
  const vectors = [
    ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", TWILIO_URL, TWILIO_FORM],
    ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", TWILIO_URL.replace(".com", ".com:1234"), TWILIO_FORM],
    ["kvajT1Ptam85bY51eRf/AJRuM3w=", TWILIO_URL, TWILIO_FORM],
    ["0ZXoZLH/DfblKGATFgpif+LLRf4=", TWILIO_URL.replace("https", "http"), TWILIO_FORM],
    ["CukzLTc1tT5dXEDIHm/tKBanW10=", TWILIO_URL.replace("//", "//user:pass@"), TWILIO_FORM],
    ["dsq4Ehbj6cs+KdTkpF5sSSplOWw=", `${TWILIO_URL}&Body=It's+amazing`, TWILIO_FORM],
    [
      "83O6e2vORAoJHUNzJjDWN1jz+BA=",
      TWILIO_URL,
      "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx",
    ],
    [
      "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
      TWILIO_URL,
      "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
    ],
  ];
  for (const [signature, url, form] of vectors) {
    await assertRight("twilio", twilio(form, signature), { secret: "12345", url });
  }
});

test("Twilio: the vectors of its Node library for a body whose hash is in the URL", async () => {
  const body = '{"property": "value", "boolean": true}';
  const hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
  const url = `${TWILIO_URL}&bodySHA256=${hash}`;
  const fields = { secret: "12345", url };
  await assertRight("twilio", twilio(body, "a9nBmqA0ju/hNViExpshrM61xv4="), fields);
  const other = twilio('{"property":"value"}', "a9nBmqA0ju/hNViExpshrM61xv4=");
  assert.equal(reason(await schemeOf("twilio").check(other, fields)), "body");
  const short = `https://mycompany.com/myapp.php?bodySHA256=${hash}`;
  await assertRight("twilio", twilio(body, "y77kIzt2vzLz71DgmJGsen2scGs="), {
    secret: "12345",
    url: short,
  });
});

test("Twilio: SHA-256 with a key of one's own has no vector: one made with openssl", async () => {
  const request = twilio(TWILIO_FORM, "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=", {
    "X-Twilio-Webhooks-Signature-Settings": "key=K1,algorithm=HMAC_SHA256",
  });
  await assertRight("twilio", request, { secret: "12345", url: TWILIO_URL });
});

test("another HMAC, made with openssl: a template, SHA-512 in base64, SHA-384 in hex", async () => {
  const request = signed("hello", {
    "X-Signature":
      "6/54DZDnvPHO9NKWNPkwDgfsIyKBatsarbt/Wc0J1VZYQw/LLXXryPj0Xi/yZv5GxyVp7XsYSF2ar5vGX283Vw==",
    "X-Timestamp": "1795322460",
    "X-Other":
      "sha384=eacbad575c301fa68afb26dae48b25bf5cd42fd08ed28c08c274ce62df7928f01249976cd8aaf1ab0681d3accedc9543",
  });
  await assertRight("generic", request, {
    secret: "key",
    header: "x-signature",
    algorithm: "SHA-512",
    encoding: "base64",
    prefix: "",
    signed: "{header:x-timestamp}.{body}",
  });
  await assertRight("generic", request, {
    secret: "key",
    header: "x-other",
    algorithm: "SHA-384",
    encoding: "hex",
    prefix: "sha384=",
    signed: "{body}",
  });
});
