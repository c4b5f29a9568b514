/**
 * The beginning of a long text, with how much is left out: a megabyte in one line freezes a page.
 * No DOM in here.
 * @param {string} text
 * @param {number} most  characters
 */
export function excerpt(text, most) {
  if (text.length <= most) return text;
  const left = (text.length - most).toLocaleString("en-US");
  return `${text.slice(0, most)}… (${left} more characters)`;
}

/** More characters than this scroll in a box of their own, so that what follows stays in sight. */
const MOST_IN_FULL = 600;

/**
 * The tab index of an element with such a text, for readers who scroll with the keyboard; undefined
 * for a text that is shown in full.
 * @param {string} text
 */
export function scrolls(text) {
  return text.length > MOST_IN_FULL ? 0 : undefined;
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
