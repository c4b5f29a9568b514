// Bundles the scripts of the page and of the element. Style sheets in them become minified text.
// usage: node deploy/bundle.js FOLDER
import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { build, transform } from "esbuild";

const [, , folder] = argv;

/** @type {import("esbuild").Plugin} */
const styleSheets = {
  name: "style sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const options = /** @type {const} */ ({ loader: "css", minify: true });
      const { code } = await transform(await readFile(path, "utf8"), options);
      return { contents: code, loader: "text" };
    });
  },
};

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
