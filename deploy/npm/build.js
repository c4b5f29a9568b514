// Builds the npm package `webhook-logger` in a folder, from static/js. Run it in the repository.
// usage: node deploy/npm/build.js FOLDER VERSION
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { argv, execPath } from "node:process";
import { build } from "esbuild";
import { styleSheets } from "../style-sheets.js";

const [, , folder, version] = argv;
const SOURCES = "deploy/npm";
const TYPES = join(folder, "types");
const ENTRIES = ["inbox/index.d.ts", "wire/stream.d.ts", "wire/contract.d.ts"];

/** @type {{dependencies: Record<string, string>}} */
const template = JSON.parse(readFileSync(`${SOURCES}/package.json`, "utf8"));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  entryPoints: {
    index: "static/js/inbox/index.js",
    stream: "static/js/wire/stream.js",
    element: "static/js/embed/package.js",
  },
  bundle: true,
  preserveSymlinks: true, // node_modules is one in a compiled copy
  splitting: true,
  // Applications bundle these once, also if they use them themselves.
  external: Object.keys(template.dependencies).flatMap((name) => [name, `${name}/*`]),
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // NOTICES.txt has the licenses
  chunkNames: "chunks/[name]-[hash]",
  outdir: folder,
  metafile: true,
  logLevel: "warning",
  plugins: [styleSheets],
});

writeTypes();
cpSync(`${SOURCES}/README.md`, join(folder, "README.md"));
cpSync("LICENSE", join(folder, "LICENSE"));
writeFileSync(
  join(folder, "package.json"),
  `${JSON.stringify({ ...template, version }, null, 2)}\n`,
);
const notices = ["deploy/notices.js", join(folder, "NOTICES.txt"), ...bundledPackages()];
execFileSync(execPath, notices);

/** Write the types of the modules, generated from their comments, and those of the element. */
function writeTypes() {
  const tsc = "node_modules/typescript/bin/tsc";
  execFileSync(execPath, [tsc, "--project", `${SOURCES}/tsconfig.json`, "--outDir", TYPES]);
  const used = new Set();
  for (const entry of ENTRIES) follow(entry, used);
  for (const name of readdirSync(TYPES, { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".d.ts") && !used.has(name)) rmSync(join(TYPES, name));
  }
  for (const name of readdirSync(TYPES)) {
    if (readdirSync(join(TYPES, name)).length === 0) rmSync(join(TYPES, name), { recursive: true });
  }
  // `await using` needs it, and a project can have an older `lib`.
  const inbox = join(TYPES, "inbox/inbox.d.ts");
  writeFileSync(inbox, `/// <reference lib="esnext.disposable" />\n${readFileSync(inbox, "utf8")}`);
  cpSync(`${SOURCES}/types`, TYPES, { recursive: true });
}

/**
 * Add a file of types, and those that it imports.
 * @param {string} name  relative to the folder of types
 * @param {Set<string>} used
 */
function follow(name, used) {
  if (used.has(name)) return;
  used.add(name);
  const text = readFileSync(join(TYPES, name), "utf8");
  for (const [, path] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)\.js"/g)) {
    follow(normalize(join(dirname(name), `${path}.d.ts`)), used);
  }
}

/** Return the folders of the packages whose code is in the files. */
function bundledPackages() {
  const found = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const [inside] = /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (inside) found.add(inside);
  }
  return [...found].sort();
}
