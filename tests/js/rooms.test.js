/** The allowed imports between the folders of static/js, types included. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { closureOf, foldersOf } from "./rooms.js";

/** Each folder imports only folders listed above it, so there is no cycle. */
const ARROWS = {
  wire: [],
  text: ["wire"],
  browser: ["text", "wire"],
  body: ["browser", "text", "wire"],
  reply: ["body", "text", "wire"],
  compare: ["body", "browser", "text", "wire"],
  state: ["body", "browser", "reply", "text", "wire"],
  inbox: ["body", "state", "wire"],
  providers: ["body", "browser", "state", "text", "wire"],
  resend: ["body", "browser", "providers", "wire"],
  export: ["body", "browser", "wire"],
  share: ["browser", "text", "wire"],
  components: [
    ...["body", "browser", "compare", "export", "providers", "reply", "resend", "share", "state"],
    ...["text", "wire"],
  ],
  embed: ["body", "browser", "components", "state", "text", "wire"],
  main: ["body", "browser", "components", "providers", "reply", "state", "wire"],
};

test("imports follow the arrows between the folders", () => {
  const found = [...foldersOf()].map(([name, { uses }]) => [name, [...uses].sort()]);
  assert.deepEqual(Object.fromEntries(found), ARROWS);
});

test("the element loads neither the registry nor the form of the reply", () => {
  const files = [...closureOf("embed/webhook-log.js")];
  const more = files.filter((name) => /^(?:providers|reply)\//.test(name));
  assert.deepEqual(more, ["reply/default-reply.js"]);
});

test("the arrows point one way", () => {
  const above = new Set();
  for (const [folder, uses] of Object.entries(ARROWS)) {
    for (const used of uses) assert.ok(above.has(used), `${folder} -> ${used}`);
    above.add(folder);
  }
});

test("test folders have the same names as the folders of static/js", () => {
  const entries = readdirSync(fileURLToPath(new URL(".", import.meta.url)), {
    withFileTypes: true,
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(
    folders.filter((name) => !(name in ARROWS)),
    [],
  );
});
