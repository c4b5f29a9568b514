import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TYPES = join(ROOT, "static/types");
const MODULE = "https://hooks.example.com/static/stream.js";
const CONTRACT = "https://hooks.example.com/static/contract.js";

const folder = mkdtempSync(join(tmpdir(), "types-"));
after(() => rmSync(folder, { recursive: true }));

/** Return the compiler's output, "" without errors. @param {...string} options */
const tsc = (...options) => {
  try {
    return execFileSync(join(ROOT, "node_modules/.bin/tsc"), options, { encoding: "utf8" });
  } catch (error) {
    return /** @type {{stdout: string}} */ (error).stdout;
  }
};

test("static/types is up to date: `npm run types` writes it", () => {
  const fresh = join(folder, "fresh");
  assert.equal(tsc("--project", join(ROOT, "tsconfig.types.json"), "--outDir", fresh), "");
  for (const name of readdirSync(TYPES)) {
    assert.equal(readFileSync(join(TYPES, name), "utf8"), readFileSync(join(fresh, name), "utf8"));
  }
});

/** Compile a user's file and return the compiler's output. @param {string} source */
const check = (source) => {
  const options = { strict: true, noEmit: true, target: "es2022", module: "esnext" };
  const paths = {
    [MODULE]: [join(TYPES, "stream.d.ts")],
    [CONTRACT]: [join(TYPES, "contract.d.ts")],
  };
  const compilerOptions = { ...options, moduleResolution: "bundler", types: [], paths };
  writeFileSync(join(folder, "consumer.ts"), source);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
  );
  return tsc("--project", folder);
};

test("code that imports the module from a server type-checks", () => {
  const source = `
    import { type CapturedRequest, openStream, parseCallbackUrl } from "${MODULE}";
    const seen: CapturedRequest[] = [];
    const stream = openStream(parseCallbackUrl("https://hooks.example.com/…"), {
      requestArrived: (request) => seen.push(request),
      joined: ({ missed }) => console.log((missed ?? 0) + 1),
      linkChanged: ({ state }) => state === "refused" && stream.close(),
    });
    const again: number | undefined = stream.close().seq;
    for (const [name, value] of seen[0].headers) console.log(name.length, value.length, again);
  `;
  assert.equal(check(source), "");
});

test("code that uses the element type-checks", () => {
  const source = `
    import type { LogEvents, WebhookLogElement } from "${CONTRACT}";
    const log = document.querySelector<WebhookLogElement>("webhook-log")!;
    log.src = "https://hooks.example.com/…";
    log.addEventListener("request", (event) => {
      const { detail } = event as CustomEvent<LogEvents["request"]>;
      console.log(detail.path.length, log.requests[0].seq, log.state === "live");
    });
    log.maxEntries = 50;
    log.clear();
  `;
  assert.equal(check(source), "");
  assert.match(check(source.replace('"live"', '"up"')), /'"up"'/);
  assert.match(check(source.replace("detail.path", "detail.target")), /target/);
});

test("type errors in users' code are found", () => {
  const wrong = {
    "openStream({ server: 'https://a' }, {})": /uuid/,
    "openStream(parseCallbackUrl(''), { requestArrived: ({ verb }) => verb })": /verb/,
    "openStream(parseCallbackUrl(''), { linkChanged: ({ state }) => state === 'up' })": /'"up"'/,
    "openStream(parseCallbackUrl(''), { joined: ({ missed }) => missed + 1 })": /null/,
  };
  for (const [line, message] of Object.entries(wrong)) {
    assert.match(
      check(`import { openStream, parseCallbackUrl } from "${MODULE}";\n${line};`),
      message,
    );
  }
});
