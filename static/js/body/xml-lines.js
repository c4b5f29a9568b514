/**
 * Indent XML, with each element that contains elements on separate lines. Only white space between
 * tags changes; text that is not XML stays unchanged. Does not use the DOM.
 *
 * @typedef {"open" | "close" | "text" | "other"} PieceKind  other: an empty element, a comment, a declaration
 */

/** Deeper levels are not indented further, so that they stay on the screen. */
const MAX_LEVELS = 16;

const DOCTYPE = "<!DOCTYPE";
const BETWEEN_DECLARATIONS = /[^<\]]+/y;

/** The delimiters of markup other than elements. */
const ENDS = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
];

/**
 * @param {string} xml
 * @returns {Generator<string, void>} lines with line ends
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
    line ||= "  ".repeat(Math.min(depth, MAX_LEVELS));
    line += piece;
    if (kind === "open") depth++;
    before = kind;
  }
  if (line) yield line;
}

/**
 * Check whether two pieces are on separate lines. Text stays with the tags around it, and an empty
 * element stays on one line.
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
 * Yield tags, declarations and texts, except texts of only white space.
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
 * Check whether a piece opens the internal subset of a document type. Its declarations are ignored.
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
    if (mayHaveSubset && xml[at] === "[") return at + 1; // its declarations are separate pieces
    at = `"'`.includes(xml[at]) ? endOf(xml, xml[at], at + 1) : at + 1;
  }
  return at + 1;
}

/**
 * Return the index after the next mark, or after the end of the text.
 * @param {string} xml
 * @param {string} mark
 * @param {number} start
 */
function endOf(xml, mark, start) {
  const found = xml.indexOf(mark, start);
  return found < 0 ? xml.length + 1 : found + mark.length;
}
