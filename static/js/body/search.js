/**
 * Find a text in a body, piece by piece: the rows of a JSON tree, or the chunks of a source. Does not
 * use the DOM.
 *
 * @typedef {object} Piece
 * @property {string} text      as the page shows it
 * @property {any} place        where the page shows it
 * @property {boolean} [joined] whether it continues the text of the piece before
 *
 * @typedef {object} Hit
 * @property {any} place
 * @property {number} at      offset in the text of its piece
 * @property {number} length  it can reach into the next piece, if that is joined
 */

import { excerpt } from "../text/excerpt.js";
import { visible } from "../text/format.js";
import { hitsIn } from "../text/marks.js";
import { skipWhitespace, tokenEnd } from "./json-text.js";

export const MAX_HITS = 10_000;

/** Maximum length of a key in the tree. */
const MAX_KEY_CHARACTERS = 500;

/**
 * Yield at most `MAX_HITS` hits, and null after each piece, so that the caller can let the page work.
 * @param {Iterable<Piece>} pieces
 * @param {string} needle
 * @returns {Generator<Hit | null, void>}
 */
export function* search(pieces, needle) {
  let left = MAX_HITS;
  /** The end of the piece before, in which a hit can begin. */
  let tail = { text: "", place: /** @type {any} */ (null), at: 0 };
  for (const { text: own, place, joined } of pieces) {
    const before = joined ? tail.text : "";
    const text = before + own;
    let end = 0;
    for (const hit of hitsIn(text, [needle], left)) {
      left--;
      end = hit.end;
      const length = end - hit.start;
      const at = hit.start - before.length;
      yield at < 0 ? { place: tail.place, at: tail.at + hit.start, length } : { place, at, length };
    }
    if (left === 0) return;
    const start = Math.max(end, before.length, text.length - needle.length + 1);
    tail = { text: text.slice(start), place, at: start - before.length };
    yield null;
  }
}

/**
 * Yield the rows of a JSON tree, without numbers of items. The place is the start of the value.
 * @param {import("./json-tree.js").JsonNode} root
 * @returns {Generator<Piece, void>}
 */
export function* rowsOfTree({ json, start, records }) {
  if (!records) return yield* rowsOfJson(json, start, "");
  for (const record of records) {
    if (!record.broken) yield* rowsOfJson(json, record.start, ": ");
    else yield { text: `: ${shown(json.slice(record.start, record.end))}`, place: record.start };
  }
}

/**
 * @param {string} json
 * @param {number} start  of a valid value
 * @param {string} prefix  the text before the value
 * @returns {Generator<Piece, void>}
 */
function* rowsOfJson(json, start, prefix) {
  /** Whether each open value is an array, the innermost last. @type {boolean[]} */
  const arrays = [];
  let before = prefix;
  let at = start;
  do {
    const end = tokenEnd(json, at);
    const first = json[at];
    const next = skipWhitespace(json, end);
    if (first === "]" || first === "}") arrays.pop();
    else if (json[next] === ":" && arrays.at(-1) === false && first === '"') {
      before = `${shown(excerpt(json.slice(at, end), MAX_KEY_CHARACTERS))}: `;
    } else if (first !== "," && first !== ":") {
      const opens = first === "[" || first === "{";
      yield { text: opens ? before : before + shown(json.slice(at, end)), place: at };
      if (opens) arrays.push(first === "[");
    }
    if (first === "," || first === "[") before = arrays.at(-1) ? ": " : "";
    at = next;
  } while (arrays.length > 0);
}

/**
 * Yield the chunks of a source. The place is their number.
 * @param {Iterable<string>} chunks
 * @param {boolean} joined  whether a line can continue in the next chunk
 * @returns {Generator<Piece, void>}
 */
export function* piecesOfSource(chunks, joined) {
  let place = 0;
  for (const chunk of chunks) yield { text: shown(chunk), place: place++, joined };
}

/** @param {string} text */
function shown(text) {
  return /^[\t\n\r\x20-\x7e]*$/.test(text) ? text : visible(text); // much faster for most texts
}
