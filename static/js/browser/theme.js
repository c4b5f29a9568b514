/** Light, dark, or as the system has it; tokens.css does the rest. */

/** @typedef {"system" | "light" | "dark"} Theme */

/** @param {Theme} theme */
export function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

/**
 * The one that is not shown now.
 * @param {Theme} theme
 * @returns {Theme}
 */
export function otherTheme(theme) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return (theme === "system" ? system : theme) === "dark" ? "light" : "dark";
}
