/** Where the tokens of valid JSON start and end. Does not use the DOM. */

/**
 * Where the next token starts.
 * @param {string} json
 * @param {number} at
 */
export function skipBlanks(json, at) {
  while (json[at] <= " " && (json[at] === " " || "\t\n\r".includes(json[at]))) at++;
  return at;
}

/**
 * @param {string} json
 * @param {number} start  of a token
 */
export function tokenEnd(json, start) {
  if (json[start] === '"') return stringEnd(json, start);
  let end = start + 1;
  if ("{}[],:".includes(json[start])) return end;
  while (end < json.length && !' \t\n\r{}[],:"'.includes(json[end])) end++;
  return end;
}

/**
 * @param {string} json
 * @param {number} start  of a string
 */
export function stringEnd(json, start) {
  let quote = json.indexOf('"', start + 1); // far faster than character by character
  while (isEscaped(json, quote)) quote = json.indexOf('"', quote + 1);
  return quote + 1;
}

/**
 * Whether an odd number of backslashes stands before it.
 * @param {string} json
 * @param {number} at
 */
function isEscaped(json, at) {
  let start = at;
  while (json[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}
