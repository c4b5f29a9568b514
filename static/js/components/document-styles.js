/** Styles of elements that are loaded on demand and have no shadow tree. */

/**
 * Add a style sheet to the document. Call it once, when the module of the element is loaded.
 * @param {string} text
 */
export function addStyles(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
