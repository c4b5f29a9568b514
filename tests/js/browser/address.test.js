import assert from "node:assert/strict";
import { test } from "node:test";
import { reachOf } from "../../../static/js/browser/address.js";

const ADDRESSES = {
  local: [
    ...["http://localhost:8000", "https://LOCALHOST.", "http://app.localhost", "http://127.0.0.1"],
    ...["http://127.1", "http://[::1]:8000"],
  ],
  private: [
    ...["http://10.0.0.1", "https://192.168.1.5:8443", "http://172.16.0.1", "http://172.31.9.9"],
    ...["http://169.254.1.1", "http://[fd00::1]", "http://[fc12:3::]", "http://[fe80::1]"],
    ...["http://devbox:8000", "http://mac.local", "https://hooks.corp.internal", "http://nas.lan"],
  ],
  plain: [
    ...["http://hooks.example.com", "http://203.0.113.9", "http://172.15.0.1", "http://172.32.0.1"],
    ...[
      "http://10.example.com",
      "http://192.169.0.1",
      "http://[2001:db8::1]",
      "http://local.example",
    ],
  ],
  "": ["https://hooks.example.com", "https://203.0.113.9", "https://[2001:db8::1]"],
};

test("addresses that providers can't reach, or only over plain HTTP, are recognised", () => {
  for (const [reach, urls] of Object.entries(ADDRESSES)) {
    for (const url of urls) assert.equal(reachOf(new URL(url)), reach, url);
  }
});
