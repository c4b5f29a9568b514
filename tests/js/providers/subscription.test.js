import assert from "node:assert/strict";
import { test } from "node:test";
import { subscriptionOf } from "../../../static/js/providers/subscription.js";
import { sample } from "../samples.js";

const SNS = /** @type {import("../../../static/js/providers/registry.js").Provider} */ ({
  subscribe: {
    url: "json:/SubscribeURL",
    hosts: "^sns\\.[a-z0-9-]+\\.amazonaws\\.com$",
    label: "Confirm subscription",
  },
});

/** @param {unknown} url */
const found = (url) => {
  const content = JSON.stringify({ SubscribeURL: url });
  const body = { size: content.length, encoding: /** @type {const} */ ("utf-8"), content };
  return subscriptionOf(sample({ body: { ...body, complete: true } }), SNS);
};

test("the URL of a subscription leads to a host of the provider", () => {
  const url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2";
  assert.deepEqual(found(url), { url, label: "Confirm subscription" });
});

test("a URL of another host, scheme or port is not offered", () => {
  for (const url of [
    "http://sns.eu-west-1.amazonaws.com/",
    "javascript:alert(1)//sns.eu-west-1.amazonaws.com/",
    "https://sns.eu-west-1.amazonaws.com:8443/",
    "https://ada:secret@sns.eu-west-1.amazonaws.com/",
    "https://sns.eu-west-1.amazonaws.com@evil.example/",
    "https://sns.eu-west-1.amazonaws.com.evil.example/",
    "https://evil.example/sns.eu-west-1.amazonaws.com",
    "https://evil.example\\@sns.eu-west-1.amazonaws.com/",
    "https://sns.eu-west-1.amazonaws.com%2eevil.example/",
    "sns.eu-west-1.amazonaws.com",
    ["https://sns.eu-west-1.amazonaws.com/"],
    null,
  ]) {
    assert.equal(found(url), null, String(url));
  }
});
