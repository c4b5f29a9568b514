import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { localCommand, SHELLS } from "../../../static/js/export/local-command.js";
import { forwardUrl } from "../../../static/js/export/targets.js";
import { withoutKey } from "../../../static/js/wire/private.js";

const LINK =
  "https://hooks.test/logs/view/dab4b7e8-9783-8a7c-87b8-8657aef61edf#key=AAAAAAAAAAAAAAAAAAAAAA";
const URL = forwardUrl("localhost:3000/it's;a&b$(id)`id`!\"");

test("a command for a POSIX shell has the link and the URL as single words", () => {
  const command = localCommand("posix", LINK, URL, true);
  const script = `webhook_logger() { printf '%s\\n' "$@"; }\n${command.replace("-", "_")}`;
  const words = execFileSync("/bin/sh", ["-c", script], { encoding: "utf-8" }).trim().split("\n");
  assert.deepEqual(words, ["listen", LINK, "--forward", URL, "--respond"]);
});

test("commands for Windows quote the link and the URL by the rules of their shell", () => {
  const { href } = new globalThis.URL(URL);
  assert.equal(
    localCommand("powershell", LINK, "http://localhost:3000/it's", true),
    `webhook-logger listen '${LINK}' --forward 'http://localhost:3000/it''s' --respond`,
  );
  assert.equal(
    localCommand("cmd", LINK, "http://localhost:3000/a&b", false),
    `webhook-logger listen "${LINK}" --forward "http://localhost:3000/a&b"`,
  );
  assert.doesNotMatch(href, /"/);
});

test("the shown command hides the key", () => {
  for (const { value } of SHELLS) {
    assert.match(withoutKey(localCommand(value, LINK, URL, true)), /61edf#key=…['"] --forward/);
  }
});
