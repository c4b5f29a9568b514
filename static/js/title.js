/** The title of the page, with what nobody has seen yet. No DOM in here. */

const MOST = 999;

/**
 * "(3) 0b9e7a52… · Webhook Logger"
 * @param {string} name
 * @param {number} unseen  requests
 */
export function titleText(name, unseen) {
  if (unseen === 0) return name;
  return `(${unseen > MOST ? `${MOST}+` : unseen}) ${name}`;
}
