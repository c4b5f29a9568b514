/**
 * The folders of static/js and the imports between them, types included.
 * `node tests/js/rooms.js [root]` lists the imports, and each folder's files and lines.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

export const SCRIPTS = fileURLToPath(new URL("../../static/js", import.meta.url));

const IMPORTED = /(?:from|import\(|import) ?"(\.[^"]+)"/g;
const COMMENT = /\/\*[\s\S]*?\*\//g;

/**
 * @typedef {object} Folder
 * @property {number} files
 * @property {number} lines
 * @property {Set<string>} uses  other folders
 */

/**
 * @param {string} [root]
 * @returns {Map<string, Folder>} by name; a file at the top counts as a folder
 */
export function foldersOf(root = SCRIPTS) {
  const folders = new Map();
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names.filter((each) => each.endsWith(".js"))) {
    const text = readFileSync(join(root, name), "utf8");
    const folder = folders.get(folderOf(name)) ?? { files: 0, lines: 0, uses: new Set() };
    folders.set(folderOf(name), folder);
    folder.files++;
    folder.lines += text.split("\n").length - 1;
    for (const used of importsOf(name, text)) if (used !== folderOf(name)) folder.uses.add(used);
  }
  return folders;
}

/**
 * Return the scripts that a script loads, directly or not.
 * @param {string} name  of a file, relative to static/js
 * @param {Set<string>} [found]
 */
export function closureOf(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(SCRIPTS, name), "utf8");
  for (const used of filesOf(name, text.replace(COMMENT, ""))) closureOf(used, found);
  return found;
}

/**
 * @param {string} name  of a file, relative to static/js
 * @param {string} text
 */
function importsOf(name, text) {
  return filesOf(name, text).map(folderOf);
}

/**
 * @param {string} name  of a file, relative to static/js
 * @param {string} text
 */
function filesOf(name, text) {
  const files = [...text.matchAll(IMPORTED)].map(([, path]) =>
    normalize(join(dirname(name), path)),
  );
  return files.filter((file) => file.endsWith(".js") && !file.startsWith(".."));
}

/** @param {string} file  relative to static/js */
function folderOf(file) {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file.replace(/\.js$/, "");
}

/** @param {Map<string, Folder>} folders */
function listing(folders) {
  const arrows = [...folders.values()].reduce((sum, { uses }) => sum + uses.size, 0);
  const lines = [...folders].map(
    ([name, { files, lines, uses }]) =>
      `${name.padEnd(18)} ${files} files, ${lines} lines -> ${[...uses].sort().join(" ")}`,
  );
  return [`${folders.size} folders, ${arrows} arrows`, ...lines].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log(listing(foldersOf(argv[2])));
