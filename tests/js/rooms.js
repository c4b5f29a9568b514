/**
 * The rooms of static/js, the folders below it, and which of them import which: types count, too.
 * `node tests/js/rooms.js [folder]` lists the arrows, and each room's files and lines.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

export const SCRIPTS = fileURLToPath(new URL("../../static/js", import.meta.url));

const IMPORTED = /(?:from|import\(|import) ?"(\.[^"]+)"/g;

/**
 * @typedef {object} Room
 * @property {number} files
 * @property {number} lines
 * @property {Set<string>} uses  other rooms
 */

/**
 * @param {string} [folder]
 * @returns {Map<string, Room>} by name; a file at the top is a room by itself
 */
export function roomsOf(folder = SCRIPTS) {
  const rooms = new Map();
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names.filter((each) => each.endsWith(".js"))) {
    const text = readFileSync(join(folder, name), "utf8");
    const room = rooms.get(roomOf(name)) ?? { files: 0, lines: 0, uses: new Set() };
    rooms.set(roomOf(name), room);
    room.files++;
    room.lines += text.split("\n").length - 1;
    for (const used of importsOf(name, text)) if (used !== roomOf(name)) room.uses.add(used);
  }
  return rooms;
}

/**
 * @param {string} name  of a file, relative to the folder
 * @param {string} text
 */
function importsOf(name, text) {
  const files = [...text.matchAll(IMPORTED)].map(([, path]) =>
    normalize(join(dirname(name), path)),
  );
  return files.filter((file) => file.endsWith(".js") && !file.startsWith("..")).map(roomOf);
}

/** @param {string} file  relative to the folder */
function roomOf(file) {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file.replace(/\.js$/, "");
}

/** @param {Map<string, Room>} rooms */
function listing(rooms) {
  const arrows = [...rooms.values()].reduce((sum, { uses }) => sum + uses.size, 0);
  const lines = [...rooms].map(
    ([name, { files, lines, uses }]) =>
      `${name.padEnd(18)} ${files} files, ${lines} lines -> ${[...uses].sort().join(" ")}`,
  );
  return [`${rooms.size} rooms, ${arrows} arrows`, ...lines].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log(listing(roomsOf(argv[2])));
