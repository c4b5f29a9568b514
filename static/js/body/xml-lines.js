/**
 * XML laid out for reading: each element that holds others on lines of its own. Only blanks between
 * tags change, and what is no XML comes out as it is. Does not use the DOM.
 *
 * @typedef {"open" | "close" | "text" | "other"} PieceKind  other: an empty element, a comment, a declaration
 */

/** Deeper levels are not indented further, or they would leave the screen. */
const DEEPEST = 16;

const DOCTYPE = "<!DOCTYPE";
const BETWEEN_DECLARATIONS = /[^<\]]+/y;

/** How what is no element begins and ends. */
const ENDS = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
];

/**
 * @param {string} xml
 * @returns {Generator<string, void>} lines with their ends
 */
export function* xmlLines(xml) {
  let line = "";
  let depth = 0;
  /** @type {PieceKind} */
  let before = "other";
  for (const piece of pieces(xml)) {
    const kind = kindOf(piece);
    if (kind === "close") depth = Math.max(0, depth - 1);
    if (line && isApart(before, kind)) {
      yield `${line}\n`;
      line = "";
    }
    line ||= "  ".repeat(Math.min(depth, DEEPEST));
    line += piece;
    if (kind === "open") depth++;
    before = kind;
  }
  if (line) yield line;
}

/**
 * Text stays with the tags around it, and an element that holds nothing in one piece.
 * @param {PieceKind} before
 * @param {PieceKind} kind
 */
function isApart(before, kind) {
  return before !== "text" && kind !== "text" && !(before === "open" && kind === "close");
}

/** @param {string} piece @returns {PieceKind} */
function kindOf(piece) {
  if (opensSubset(piece)) return "open";
  if (/^\]\s*>$/.test(piece)) return "close";
  if (piece[0] !== "<" || piece.startsWith("<![CDATA[")) return "text";
  if (piece[1] === "/") return "close";
  return /^<[!?]/.test(piece) || piece.endsWith("/>") ? "other" : "open";
}

/**
 * Tags, declarations and texts in turn, but no text of blanks alone.
 * @param {string} xml
 */
function* pieces(xml) {
  let inSubset = false;
  for (let start = 0; start < xml.length; ) {
    const end = inSubset ? subsetPieceEnd(xml, start) : pieceEnd(xml, start);
    const piece = xml.slice(start, Math.max(end, start + 1));
    if (/\S/.test(piece)) yield piece;
    start += piece.length;
    inSubset = inSubset ? piece[0] !== "]" : opensSubset(piece);
  }
}

/**
 * The internal subset of a document type: nothing that it declares is used here.
 * @param {string} piece
 */
function opensSubset(piece) {
  return piece.startsWith(DOCTYPE) && piece.endsWith("[");
}

/**
 * @param {string} xml
 * @param {number} start
 */
function pieceEnd(xml, start) {
  return xml[start] === "<" ? tagEnd(xml, start) : endOf(xml, "<", start) - 1;
}

/**
 * @param {string} xml
 * @param {number} start
 */
function subsetPieceEnd(xml, start) {
  if (xml[start] === "<") return tagEnd(xml, start);
  if (xml[start] === "]") return endOf(xml, ">", start);
  BETWEEN_DECLARATIONS.lastIndex = start;
  BETWEEN_DECLARATIONS.test(xml);
  return BETWEEN_DECLARATIONS.lastIndex;
}

/**
 * @param {string} xml
 * @param {number} start
 */
function tagEnd(xml, start) {
  const other = ENDS.find(([begin]) => xml.startsWith(begin, start));
  if (other) return endOf(xml, other[1], start);
  const mayHaveSubset = xml.startsWith(DOCTYPE, start);
  let at = start + 1;
  while (at < xml.length && xml[at] !== ">") {
    if (mayHaveSubset && xml[at] === "[") return at + 1; // its declarations are pieces of their own
    at = `"'`.includes(xml[at]) ? endOf(xml, xml[at], at + 1) : at + 1;
  }
  return at + 1;
}

/**
 * Behind the next one, or behind all where there is none.
 * @param {string} xml
 * @param {string} mark
 * @param {number} start
 */
function endOf(xml, mark, start) {
  const found = xml.indexOf(mark, start);
  return found < 0 ? xml.length + 1 : found + mark.length;
}
