// Writes the name, version and license text of npm packages: those that the page's scripts can contain,
// or those in the given folders.
// usage: node deploy/notices.js FILE [FOLDER…]
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;
/** The bundler runs only at set-up. */
const NOT_BUNDLED = /[\\/]node_modules[\\/](@esbuild[\\/]|esbuild$)/;

const [, , file, ...given] = argv;
const folders = given.length > 0 ? given : installed().filter((each) => !NOT_BUNDLED.test(each));
const notices = folders.map(noticeOf);
writeFileSync(file, `${notices.join(`\n${"-".repeat(80)}\n\n`)}`);

function installed() {
  const options = ["ls", "--omit=dev", "--all", "--parseable"];
  return execFileSync("npm", options, { encoding: "utf8" }).trim().split("\n").slice(1);
}

/** @param {string} folder of a package */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const title = [name, version, license].filter(Boolean).join(", ");
  return `${[title, ...texts].join("\n\n")}\n`;
}
