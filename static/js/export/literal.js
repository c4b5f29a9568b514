/** Text in source code. Does not use the DOM. */

/** A reader can't see these, and some of them show the text around them in another order. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * In double quotes, so that Python and JavaScript both read it as the same text.
 * @param {string} text
 */
export function literal(text) {
  return JSON.stringify(text).replace(UNSEEN, escaped);
}

/** @param {string} character */
function escaped(character) {
  const code = character.charCodeAt(0).toString(16).padStart(4, "0");
  return character.length > 1 ? character : `\\u${code}`; // a pair of escapes is no character in Python
}
