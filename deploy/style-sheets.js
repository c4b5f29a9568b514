// Style sheets that a script imports become minified text in it: a plugin of esbuild.
import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

/** @param {string} path  of a style sheet */
export async function minified(path) {
  const options = /** @type {const} */ ({ loader: "css", minify: true });
  return (await transform(await readFile(path, "utf8"), options)).code;
}

/** @type {import("esbuild").Plugin} */
export const styleSheets = {
  name: "style sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      return { contents: await minified(path), loader: "text" };
    });
  },
};
