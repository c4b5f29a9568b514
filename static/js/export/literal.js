/** Write string literals. Does not use the DOM. */

/** Invisible characters; some of them reorder the text around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The same, and quotes and backslashes, and the `$` and `#` that begin an expression in PHP and Ruby. */
const SPECIAL = /["$#\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const SPECIAL_OR_NOT_ASCII = /["\\]|[^ -~]/g;

/** @type {Readonly<Record<string, string>>} */
const SHORT = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Write a string literal that is the same text in Python and in JavaScript.
 * @param {string} text
 */
export function literal(text) {
  return JSON.stringify(text).replace(INVISIBLE, escaped);
}

/** @param {string} character */
function escaped(character) {
  return character.length > 1 ? character : inUtf16(character); // in Python, two surrogate escapes are not one character
}

/**
 * Write a string literal of UTF-8 for PHP, Ruby or Go. Where `$` or `#` begins an expression, `active`
 * has that character.
 * @param {string} text
 * @param {string} [active]
 */
export function utf8Literal(text, active = "") {
  const written = text.replace(SPECIAL, (character) => {
    if (character === "$" || character === "#") {
      return active === character ? `\\${character}` : character;
    }
    return SHORT[character] ?? bytesEscaped(new TextEncoder().encode(character));
  });
  return `"${written}"`;
}

/**
 * Write a string literal of bytes for PHP, Ruby or Go.
 * @param {string} line  bytes read as Latin-1
 * @param {string} [active]  as in `utf8Literal`
 */
export function bytesLiteral(line, active = "") {
  const parts = line.split(/([\x80-\xff]+)/).map((part, at) => {
    if (at % 2 === 0) return utf8Literal(part, active).slice(1, -1);
    return bytesEscaped([...part].map((byte) => byte.charCodeAt(0)));
  });
  return `"${parts.join("")}"`;
}

/**
 * Write bytes with two digits each, so that a digit after them does not belong to them.
 * @param {Iterable<number>} bytes
 */
function bytesEscaped(bytes) {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

/**
 * Write a string literal for Java or C# in ASCII, because the encoding of the file varies. Never escape a
 * quote, a backslash or a line end with `\u`: Java replaces such escapes before it reads the literal.
 * @param {string} text
 */
export function asciiLiteral(text) {
  return `"${text.replace(SPECIAL_OR_NOT_ASCII, (unit) => SHORT[unit] ?? inUtf16(unit))}"`;
}

/** @param {string} unit */
function inUtf16(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
