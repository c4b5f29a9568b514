/**
 * Shorten a long text and append the number of omitted characters: one line of a megabyte freezes a
 * page. Does not use the DOM.
 * @param {string} text
 * @param {number} limit  characters
 */
export function excerpt(text, limit) {
  if (text.length <= limit) return text;
  const omitted = (text.length - limit).toLocaleString("en-US");
  return `${text.slice(0, limit)}… (${omitted} more characters)`;
}

/** Longer texts scroll in a separate box. */
const MAX_IN_FULL = 600;

/**
 * Check whether a text has to scroll. Its element then needs a tab index for keyboard users.
 * @param {string} text
 */
export function isLong(text) {
  return text.length > MAX_IN_FULL;
}

/**
 * Join pieces of text up to a limit. Does not read further pieces.
 * @param {Iterable<string>} pieces
 * @param {number} limit  characters
 */
export function beginningOf(pieces, limit) {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length > limit) return `${text.slice(0, limit)}…`;
  }
  return text;
}
