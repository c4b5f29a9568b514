/** The page's icon, with a dot while there are unseen requests. */

const PREFIX = "data:image/svg+xml,";

/** Next to the arrow of the icon. One color for light and dark tabs. */
const DOT = '<circle cx="12.5" cy="3.5" r="3.5" fill="#e5484d" stroke="none"/>';

let plain = "";

/** @param {boolean} isShown */
export function showBadge(isShown) {
  const icon = /** @type {HTMLLinkElement} */ (document.querySelector("[rel=icon]"));
  plain ||= icon.href;
  const href = isShown ? withDot(plain) : plain;
  if (icon.href !== href) icon.href = href;
}

/**
 * Return an icon with a dot.
 * @param {string} href  data URL of an SVG
 */
export function withDot(href) {
  const svg = decodeURIComponent(href.slice(PREFIX.length));
  return PREFIX + encodeURIComponent(svg.replace("</svg>", `${DOT}</svg>`));
}
