// Bundles the scripts of the page and of the element, and the style sheets of the page. Style sheets
// that a script imports become minified text in it.
// usage: node deploy/bundle.js FOLDER
import { readdir, writeFile } from "node:fs/promises";
import { argv } from "node:process";
import { build } from "esbuild";
import { minified, styleSheets } from "./style-sheets.js";

const [, , folder] = argv;

/** Colors and base styles come first, so that the others can override them. */
const FIRST = ["tokens.css", "base.css"];

/** The style sheets of other pages. */
const OTHERS = ["error-page.css", "docs-page.css"];

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  legalComments: "linked",
  logLevel: "info",
  plugins: [styleSheets],
};

await build({
  ...common,
  entryPoints: { page: "static/js/main.js" },
  splitting: true,
  external: ["./static/vendor/providers/*"],
  outdir: folder,
});
await build({
  ...common,
  entryPoints: {
    "webhook-log": "static/js/embed/webhook-log.js",
    stream: "static/js/wire/stream.js",
    brotli: "static/js/body/decoders/brotli.js",
    zstd: "static/js/body/decoders/zstd.js",
  },
  outdir: `${folder}/embed`,
});

const names = (await readdir("static/css")).sort();
const rest = names.filter((name) => name.endsWith(".css") && ![...FIRST, ...OTHERS].includes(name));
const sheets = [...FIRST, ...rest].map((name) => minified(`static/css/${name}`));
await writeFile(`${folder}/page.css`, (await Promise.all(sheets)).join(""));
