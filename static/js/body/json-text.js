/** Find the tokens of valid JSON. Does not use the DOM. */

/**
 * Return the start of the next token.
 * @param {string} json
 * @param {number} at
 */
export function skipWhitespace(json, at) {
  while (json[at] <= " " && (json[at] === " " || "\t\n\r".includes(json[at]))) at++;
  return at;
}

/**
 * Return the offset after a token.
 * @param {string} json
 * @param {number} start  of the token
 */
export function tokenEnd(json, start) {
  if (json[start] === '"') return stringEnd(json, start);
  let end = start + 1;
  if ("{}[],:".includes(json[start])) return end;
  while (end < json.length && !' \t\n\r{}[],:"'.includes(json[end])) end++;
  return end;
}

/**
 * Return the offset after a string.
 * @param {string} json
 * @param {number} start  of the string
 */
export function stringEnd(json, start) {
  let quote = json.indexOf('"', start + 1); // much faster than a loop over the characters
  while (isEscaped(json, quote)) quote = json.indexOf('"', quote + 1);
  return quote + 1;
}

/**
 * Check whether an odd number of backslashes precedes a character.
 * @param {string} json
 * @param {number} at
 */
function isEscaped(json, at) {
  let start = at;
  while (json[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}
