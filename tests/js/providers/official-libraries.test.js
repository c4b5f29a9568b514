/** The providers' official libraries accept signatures made here, and theirs are valid here. */

import assert from "node:assert/strict";
import { generateKeyPairSync, sign as signWithKey } from "node:crypto";
import { test } from "node:test";
import * as octokit from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import * as sanity from "@sanity/webhook";
import sendgrid from "@sendgrid/eventwebhook";
import { verifyKey } from "discord-interactions";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import twilio from "twilio/lib/webhooks/webhooks.js";
import { sample } from "../samples.js";
import { check, providerOf, sign } from "./page.js";

/**
 * @typedef {Record<string, string>} Headers  by name
 *
 * @typedef {object} Library
 * @property {string} provider
 * @property {(body: string, headers: Headers) => unknown} accepts  throws, or returns something false, if not
 * @property {(body: string) => Promise<Headers> | Headers} [signs]
 * @property {string} [secret]
 * @property {true} [isKeyPair]  so that the page cannot sign
 */

const BODY = '{"id":"evt_1","type":"ping","text":"é"}';
const ALTERED = BODY.replace("evt_1", "evt_2");
const SECRET = "the-secret-of-a-webhook";
const WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const seconds = () => Math.floor(Date.now() / 1000);

const standard = new Webhook(WHSEC);
const stripe = new Stripe("sk_test_1").webhooks;
const paddle = new Paddle("pdl_1").webhooks;

const ed25519 = generateKeyPairSync("ed25519");
const discordKey = ed25519.publicKey.export({ type: "spki", format: "der" }).toString("hex", 12);
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const sendgridKey = p256.publicKey.export({ type: "spki", format: "der" }).toString("base64");
const sendgridWebhook = new sendgrid.EventWebhook();
const SENDGRID = "X-Twilio-Email-Event-Webhook";

/** @type {Library[]} */
const LIBRARIES = [
  {
    provider: "github",
    accepts: (body, headers) => octokit.verify(SECRET, body, headers["X-Hub-Signature-256"]),
    signs: async (body) => ({ "X-Hub-Signature-256": await octokit.sign(SECRET, body) }),
  },
  {
    provider: "stripe",
    accepts: (body, headers) => stripe.constructEvent(body, headers["Stripe-Signature"], SECRET),
    signs: (body) => ({
      "Stripe-Signature": stripe.generateTestHeaderString({ payload: body, secret: SECRET }),
    }),
  },
  {
    provider: "standard-webhooks",
    secret: WHSEC,
    accepts: (body, headers) => standard.verify(body, headers),
    signs: (body) => ({
      "webhook-id": "msg_1",
      "webhook-timestamp": String(seconds()),
      "webhook-signature": standard.sign("msg_1", new Date(), body),
    }),
  },
  {
    provider: "sanity",
    accepts: (body, headers) =>
      sanity.isValidSignature(body, headers["sanity-webhook-signature"], SECRET),
    signs: async (body) => ({
      "sanity-webhook-signature": await sanity.encodeSignatureHeader(body, Date.now(), SECRET),
    }),
  },
  {
    provider: "paddle",
    accepts: (body, headers) => paddle.isSignatureValid(body, SECRET, headers["Paddle-Signature"]),
  },
  {
    provider: "discord",
    secret: discordKey,
    isKeyPair: true,
    accepts: (body, headers) =>
      verifyKey(body, headers["X-Signature-Ed25519"], headers["X-Signature-Timestamp"], discordKey),
    signs: (body) => {
      const sent = String(seconds());
      const signature = signWithKey(null, Buffer.from(sent + body), ed25519.privateKey);
      return { "X-Signature-Ed25519": signature.toString("hex"), "X-Signature-Timestamp": sent };
    },
  },
  {
    provider: "sendgrid",
    secret: sendgridKey,
    isKeyPair: true,
    accepts: (body, headers) =>
      sendgridWebhook.verifySignature(
        sendgridWebhook.convertPublicKeyToECDSA(sendgridKey),
        body,
        headers[`${SENDGRID}-Signature`],
        headers[`${SENDGRID}-Timestamp`],
      ),
    signs: (body) => {
      const sent = String(seconds());
      const signature = signWithKey("sha256", Buffer.from(sent + body), p256.privateKey);
      return {
        [`${SENDGRID}-Signature`]: signature.toString("base64"),
        [`${SENDGRID}-Timestamp`]: sent,
      };
    },
  },
];

for (const library of LIBRARIES) {
  if (!library.isKeyPair) {
    test(`the library of ${library.provider} accepts a signature made here`, async () => {
      const headers = await signedHere(library);
      assert.ok(await accepts(library, BODY, headers));
      assert.ok(!(await accepts(library, ALTERED, headers)));
    });
  }
  const { signs } = library;
  if (!signs) continue;
  test(`a signature of ${library.provider}'s library is valid here`, async () => {
    const headers = await signs(BODY);
    assert.ok(await accepts(library, BODY, headers));
    assert.equal((await verdictOn(library, BODY, headers)).ok, true);
    assert.equal((await verdictOn(library, ALTERED, headers)).ok, false);
  });
}

/** @param {Library} library */
async function signedHere({ provider, secret = SECRET }) {
  const outgoing = { method: "POST", url: "https://hooks.example.com/", headers: [], body: BODY };
  const found = providerOf(provider);
  assert.ok(found);
  return Object.fromEntries((await sign(outgoing, found, { secret })).headers);
}

/**
 * @param {Library} library
 * @param {string} body
 * @param {Headers} headers
 */
async function accepts(library, body, headers) {
  try {
    return Boolean(await library.accepts(body, headers));
  } catch {
    return false; // each library has its own error
  }
}

/**
 * @param {Library} library
 * @param {string} content
 * @param {Headers} headers
 */
function verdictOn({ provider, secret = SECRET }, content, headers) {
  const found = providerOf(provider);
  assert.ok(found);
  const body = { size: 0, encoding: /** @type {const} */ ("utf-8"), content, complete: true };
  const received_at = new Date().toISOString();
  const request = sample({ received_at, headers: Object.entries(headers), body });
  return check(request, found, { secret });
}

// Twilio signs the URL and the fields of a form.

const TWILIO_URL = "https://hooks.example.com/in?user=1&shop=a%20b";
const FIELDS = { CallSid: "CA1", From: "+14158675309", Name: "é & co" };
const FORM = new URLSearchParams(FIELDS).toString();

for (const algorithm of [twilio.HMAC_SHA1, twilio.HMAC_SHA256]) {
  const expected = twilio.getExpectedTwilioSignature(SECRET, TWILIO_URL, FIELDS, algorithm);
  /** @type {[string, string][]} */
  const headers = [["Content-Type", "application/x-www-form-urlencoded"]];
  if (algorithm === twilio.HMAC_SHA256) {
    headers.push([twilio.SIGNATURE_SETTINGS_HEADER, `key=1,algorithm=${algorithm}`]);
  }

  test(`twilio's library makes the same signature with ${algorithm}`, async () => {
    const found = providerOf("twilio");
    assert.ok(found);
    const outgoing = { method: "POST", url: TWILIO_URL, headers, body: FORM };
    const signed = await sign(outgoing, found, { secret: SECRET });
    assert.equal(Object.fromEntries(signed.headers)["X-Twilio-Signature"], expected);
  });

  test(`a signature of twilio's library is valid here with ${algorithm}`, async () => {
    const signed = [...headers, /** @type {[string, string]} */ (["X-Twilio-Signature", expected])];
    assert.equal(await isValidForm(FORM, signed), true);
    assert.equal(await isValidForm(`${FORM}0`, signed), false);
  });
}

/**
 * @param {string} content
 * @param {[string, string][]} headers
 */
async function isValidForm(content, headers) {
  const found = providerOf("twilio");
  assert.ok(found);
  const body = { size: 0, encoding: /** @type {const} */ ("utf-8"), content, complete: true };
  const { host, pathname: path, search } = new URL(TWILIO_URL);
  const query_string = search.slice(1);
  const request = sample({ scheme: "https", host, path, query_string, headers, body });
  return (await check(request, found, { secret: SECRET, url: TWILIO_URL })).ok;
}
