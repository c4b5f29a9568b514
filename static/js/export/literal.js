/** Write string literals. Does not use the DOM. */

/** Invisible characters; some of them reorder the text around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Write a string literal that is the same text in Python and in JavaScript.
 * @param {string} text
 */
export function literal(text) {
  return JSON.stringify(text).replace(INVISIBLE, escaped);
}

/** @param {string} character */
function escaped(character) {
  const code = character.charCodeAt(0).toString(16).padStart(4, "0");
  return character.length > 1 ? character : `\\u${code}`; // in Python, two surrogate escapes are not one character
}
