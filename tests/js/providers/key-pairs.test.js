/** Signatures of key pairs that Node's own cryptography makes. */

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { sample } from "../samples.js";
import { check } from "./page.js";

/**
 * @typedef {import("../../../static/js/providers/registry.js").Signature} Signature
 * @typedef {import("node:crypto").KeyObject} KeyObject
 */

const BODY = '{"a":"é"}';
const ARRIVED = 1795322460;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");

/** A certificate of a P-256 key, and a signature of the body, made with openssl. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUGVQzHeQmvPap4d3Zjha73FpT7YMwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wIBcNMjYxMTI5MDYwNjI1WhgPMjEyNjEx
MDUwNjA2MjVaMBYxFDASBgNVBAMMC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAELL1XPL0jNQ2DKWuw+bZVf1LcfCKWpLUB+olHf+PlWx35vzRx
j8fLL5l7NHi6ojLZHwFTLhLU/pN3DSulldYi+qNTMFEwHQYDVR0OBBYEFI1Xj6rq
HqpFoh0bMEY42yF8o12JMB8GA1UdIwQYMBaAFI1Xj6rqHqpFoh0bMEY42yF8o12J
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgUDswTyk1HO4Jyjbv
m5O+Fk8e3r1vwrRbU0RvxgIFNpwCIQC0GSLPEHWd09sH+8UweMAiYjtUpKiikVzo
zF8EgZLTqA==
-----END CERTIFICATE-----
`;
const SIGNED =
  "MEQCIDMMM5ROuJYwkDeMH/0hJvT4oJRo85ULac5qCaK/xuu0AiBdMQMxYrYiN8IymcY6OevSjfWXwlI/yVrj1ShzF/xiGg==";

/**
 * @param {Partial<Signature>} signature
 * @param {string} value   of the header with the signature
 * @param {string} secret
 */
function verdictOn(signature, value, secret) {
  const body = {
    size: 10,
    encoding: /** @type {const} */ ("utf-8"),
    content: BODY,
    complete: true,
  };
  const request = sample({ headers: [["X-Signature", value]], body });
  /** @type {Signature} */
  const whole = { kind: "rsa", at: "header:X-Signature", secret: KEY, ...signature };
  const provider = { id: "x", name: "X", documentation: "", recognise: {}, signatures: [whole] };
  return check(request, provider, { secret });
}

/** @type {import("../../../static/js/providers/registry.js").Secret} */
const KEY = { label: "Public key", key: "public-key" };

/** @param {KeyObject} key */
const pem = (key) => key.export({ type: "spki", format: "pem" }).toString();
/** @param {KeyObject} key */
const base64 = (key) => key.export({ type: "spki", format: "der" }).toString("base64");
/** @param {KeyObject} key */
const jwk = (key) => JSON.stringify({ ...key.export({ format: "jwk" }), use: "sig", kid: "1" });

const VALID = { ok: true, notes: [] };
const INVALID_KEY = "This is not a valid public key.";
const MISMATCH =
  "The signature does not match: the public key is wrong, or the request was changed after it was signed.";

/** @param {import("../../../static/js/providers/verdict.js").Verdict} verdict */
const textOf = (verdict) => (verdict.ok ? "valid" : verdict.text);

/** @type {[name: string, signature: Partial<Signature>, hash: string | null, pair: typeof rsa][]} */
const KINDS = [
  ["RSA with SHA-256", { kind: "rsa", encoding: "base64" }, "sha256", rsa],
  ["RSA with SHA-1", { kind: "rsa", encoding: "base64", hash: "SHA-1" }, "sha1", rsa],
  ["ECDSA with P-256", { kind: "ecdsa", encoding: "base64" }, "sha256", p256],
  ["ECDSA with P-384", { kind: "ecdsa", encoding: "hex", hash: "SHA-384" }, "sha384", p384],
  ["Ed25519", { kind: "ed25519", encoding: "hex" }, null, ed25519],
];

for (const [name, signature, hash, { publicKey, privateKey }] of KINDS) {
  test(`${name} is valid with the public key in each format`, async () => {
    const sent = sign(hash, Buffer.from(BODY), privateKey).toString(signature.encoding ?? "hex");
    for (const format of [pem, base64, jwk]) {
      assert.deepEqual(await verdictOn(signature, sent, format(publicKey)), VALID, format.name);
    }
    const oneLine = pem(publicKey).replaceAll("\n", "");
    assert.deepEqual(await verdictOn(signature, sent, oneLine), VALID, "as a text field has it");
  });

  test(`${name}: a different content does not match, and another key is rejected`, async () => {
    const other = sign(hash, Buffer.from("{}"), privateKey).toString(signature.encoding ?? "hex");
    assert.equal(textOf(await verdictOn(signature, other, pem(publicKey))), MISMATCH);
    const keys = KINDS.map(([, , , pair]) => pair.publicKey);
    const another = keys.find((key) => key.asymmetricKeyType !== publicKey.asymmetricKeyType);
    for (const key of ["hush", "{}", "MAA=", '{"kty":1}', "{"]) {
      assert.equal(textOf(await verdictOn(signature, other, key)), INVALID_KEY, key);
    }
    const verdict = await verdictOn(signature, other, another ? pem(another) : "");
    assert.match(textOf(verdict), /^This is not an (RSA|EC|Ed25519) key\.$/);
  });
}

test("a key of Ed25519 can be 32 bytes in hex or base64", async () => {
  const sent = sign(null, Buffer.from(BODY), ed25519.privateKey).toString("hex");
  const raw = ed25519.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  for (const encoding of /** @type {const} */ (["hex", "base64"])) {
    const verdict = await verdictOn({ kind: "ed25519" }, sent, raw.toString(encoding));
    assert.deepEqual(verdict, VALID);
  }
});

test("a certificate contains the public key", async () => {
  const verdict = await verdictOn({ kind: "ecdsa", encoding: "base64" }, SIGNED, CERTIFICATE);
  assert.deepEqual(verdict, VALID);
});

test("a malformed ECDSA signature does not match", async () => {
  for (const sent of ["3000", "30060201000201", "3006020100020100", "ff"]) {
    const verdict = await verdictOn({ kind: "ecdsa" }, sent, pem(p256.publicKey));
    assert.equal(textOf(verdict), MISMATCH, sent);
  }
});

/**
 * @param {string} alg
 * @param {object} claims
 * @param {(content: string) => Buffer} signer
 */
function token(alg, claims, signer) {
  const parts = [{ alg, kid: "1" }, claims].map((each) =>
    Buffer.from(JSON.stringify(each)).toString("base64url"),
  );
  return `Bearer ${parts.join(".")}.${signer(parts.join(".")).toString("base64url")}`;
}

/** @param {string} content */
const hs256 = (content) => createHmac("sha256", "hush").update(content).digest();
/** @param {string} content */
const rs256 = (content) => sign("sha256", Buffer.from(content), rsa.privateKey);
/** @param {string} content */
const es256 = (content) =>
  sign("sha256", Buffer.from(content), { key: p256.privateKey, dsaEncoding: "ieee-p1363" });

/** @type {Partial<Signature>} */
const JWT = { kind: "jwt", prefix: "Bearer ", algorithms: ["HS256", "RS256", "ES256"] };

test("tokens are valid with a shared secret, a public key or a set of keys", async () => {
  const shared = { ...JWT, secret: { label: "Secret" } };
  assert.deepEqual(await verdictOn(shared, token("HS256", {}, hs256), "hush"), VALID);
  for (const [alg, signer, key] of /** @type {const} */ ([
    ["RS256", rs256, rsa.publicKey],
    ["ES256", es256, p256.publicKey],
  ])) {
    const sets = [pem(key), jwk(key), `{"keys":[{"kid":"0"},${jwk(key)}]}`];
    for (const secret of sets) {
      assert.deepEqual(await verdictOn(JWT, token(alg, {}, signer), secret), VALID, secret);
    }
    assert.match(
      textOf(await verdictOn(JWT, token(alg, {}, signer), '{"keys":[]}')),
      /set of keys/,
    );
  }
});

test("tokens have a verdict on their format, claims and times", async () => {
  const claims = { sha256: "{sha256}" };
  const secret = { label: "Secret" };
  const hash = "5d4ac6c0a5b7b6bc0bd1d3ae32bf2c7bfcf6fd5e6ef5a8fbd4b8a2a0c3b1de2f";
  /** @type {[value: string, pattern: RegExp, claims?: object][]} */
  const cases = [
    ["abc", /does not start with “Bearer ”/],
    ["Bearer abc", /is not a JSON Web Token/],
    [token("none", {}, hs256), /algorithm is not HS256 or RS256 or ES256/],
    [token("HS256", {}, () => Buffer.from("x")), /does not match/],
    [token("HS256", { sha256: hash }, hs256), /its claim sha256 does not match/, claims],
    [token("HS256", { exp: ARRIVED - 61 }, hs256), /it expired 1 minute before the request/],
    [token("HS256", { exp: ARRIVED - 60, nbf: ARRIVED + 60 }, hs256), /^valid$/],
    [token("HS256", { nbf: ARRIVED + 61 }, hs256), /becomes valid only 1 minute after the request/],
    [token("HS256", { iat: ARRIVED - 301 }, hs256), /1 second too old/],
    [token("HS256", { exp: "soon" }, hs256), /has no timestamp \(iat\)/],
  ];
  const timestamp = /** @type {const} */ ({ at: "claim:iat", unit: "seconds", tolerance: 300 });
  for (const [value, pattern, named] of cases) {
    const timed = /iat|old/.test(pattern.source) ? { timestamp } : {};
    const verdict = await verdictOn(
      { ...JWT, secret, claims: /** @type {any} */ (named), ...timed },
      value,
      "hush",
    );
    assert.match(textOf(verdict), pattern);
  }
});
