/**
 * What single keys do. Does not use the DOM.
 *
 * @typedef {object} Shortcut
 * @property {string} key   as KeyboardEvent.key says it
 * @property {string} does
 * @property {string} group  one of GROUPS
 * @property {boolean} [repeats]  also while the key is held down
 *
 * @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "repeat" | "isComposing" | "target">} Typed
 */

export const GROUPS = ["Requests", "List", "Page"];

/** @type {readonly Shortcut[]} */
export const SHORTCUTS = [
  { key: "j", does: "Next request", group: "Requests", repeats: true },
  { key: "k", does: "Previous request", group: "Requests", repeats: true },
  { key: "g", does: "Newest request", group: "Requests" },
  { key: "G", does: "Oldest request", group: "Requests" },
  { key: "Enter", does: "Open the selected request", group: "Requests" },
  { key: "Escape", does: "Back to the list", group: "Requests" },
  { key: "c", does: "Copy as curl", group: "Requests" },
  { key: "d", does: "Compare with another request", group: "Requests" },
  { key: "/", does: "Filter the list", group: "List" },
  { key: "p", does: "Pause or resume", group: "List" },
  { key: "x", does: "Clear the list", group: "List" },
  { key: "z", does: "Undo clear", group: "List" },
  { key: "e", does: "Export the list", group: "List" },
  { key: "u", does: "Copy the callback URL", group: "Page" },
  { key: "q", does: "Show the QR code", group: "Page" },
  { key: "r", does: "Edit the response", group: "Page" },
  { key: "t", does: "Switch between light and dark", group: "Page" },
  { key: "s", does: "Settings", group: "Page" },
  { key: "?", does: "Keyboard shortcuts", group: "Page" },
];

const WRITING = "input, textarea, select, [contenteditable], dialog[open]";
const HANDLES_ENTER = "a, button, summary";

/**
 * The shortcut that was typed; undefined when the key is meant for something else.
 * @param {Typed} event
 */
export function match(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isIn(event.target, WRITING)) return;
  if (event.key === "Enter" && isIn(event.target, HANDLES_ENTER)) return;
  const shortcut = SHORTCUTS.find(({ key }) => key === event.key);
  return event.repeat && !shortcut?.repeats ? undefined : shortcut;
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 */
function isIn(target, selector) {
  const element = /** @type {Partial<Element> | null} */ (target);
  return Boolean(element?.closest?.(selector));
}
