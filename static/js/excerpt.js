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
