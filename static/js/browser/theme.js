/** The theme: light, dark, or the system's. The styles are in tokens.css. */

/** @typedef {"system" | "light" | "dark"} Theme */

/** @param {Theme} theme */
export function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

/**
 * Return the theme that is not shown now.
 * @param {Theme} theme
 * @returns {Theme}
 */
export function otherTheme(theme) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return (theme === "system" ? system : theme) === "dark" ? "light" : "dark";
}
