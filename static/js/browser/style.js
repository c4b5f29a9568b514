/**
 * Add the style sheet of an element that is loaded on demand.
 * @param {string} text
 */
export function addStyle(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
