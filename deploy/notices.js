// Writes the name, version and license text of each npm package that the page's scripts can contain.
// usage: node deploy/notices.js FILE
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;
/** The bundler runs only at set-up. */
const NOT_BUNDLED = /[\\/]node_modules[\\/](@esbuild[\\/]|esbuild$)/;

const listing = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], {
  encoding: "utf8",
});
const [, ...folders] = listing.trim().split("\n");
const notices = folders.filter((folder) => !NOT_BUNDLED.test(folder)).map(noticeOf);
writeFileSync(process.argv[2], `${notices.join(`\n${"-".repeat(80)}\n\n`)}`);

/** @param {string} folder of a package */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const title = [name, version, license].filter(Boolean).join(", ");
  return `${[title, ...texts].join("\n\n")}\n`;
}
