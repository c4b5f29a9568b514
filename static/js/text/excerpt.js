/**
 * The beginning of a long text, with how much is left out: a megabyte in one line freezes a page.
 * Does not use the DOM.
 * @param {string} text
 * @param {number} most  characters
 */
export function excerpt(text, most) {
  if (text.length <= most) return text;
  const left = (text.length - most).toLocaleString("en-US");
  return `${text.slice(0, most)}… (${left} more characters)`;
}

/** Longer texts scroll in a box of their own, so that what follows stays in sight. */
const MAX_IN_FULL = 600;

/**
 * Whether a text has to scroll; its element then needs a tab index for readers with a keyboard.
 * @param {string} text
 */
export function isLong(text) {
  return text.length > MAX_IN_FULL;
}

/**
 * The beginning of a text that comes in pieces; no more of them are made than are shown.
 * @param {Iterable<string>} pieces
 * @param {number} most  characters
 */
export function beginningOf(pieces, most) {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length > most) return `${text.slice(0, most)}…`;
  }
  return text;
}
