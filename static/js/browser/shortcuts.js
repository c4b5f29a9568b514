/**
 * The keyboard shortcuts. Does not use the DOM.
 *
 * @typedef {object} Shortcut
 * @property {string} key   the value of KeyboardEvent.key
 * @property {string} action
 * @property {string} group  one of GROUPS
 * @property {boolean} [repeats]  whether it repeats while the key is pressed
 *
 * @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "repeat" | "isComposing" | "target">} Typed
 */

export const GROUPS = ["Requests", "List", "Page"];

/** @type {readonly Shortcut[]} */
export const SHORTCUTS = [
  { key: "j", action: "Next request", group: "Requests", repeats: true },
  { key: "k", action: "Previous request", group: "Requests", repeats: true },
  { key: "g", action: "Newest request", group: "Requests" },
  { key: "G", action: "Oldest request", group: "Requests" },
  { key: "Enter", action: "Open the selected request", group: "Requests" },
  { key: "Escape", action: "Back to the list", group: "Requests" },
  { key: "c", action: "Copy as curl", group: "Requests" },
  { key: "b", action: "Edit and resend", group: "Requests" },
  { key: "d", action: "Compare with another request", group: "Requests" },
  { key: "f", action: "Find in the body", group: "Requests" },
  { key: "h", action: "Link to this request", group: "Requests" },
  { key: "v", action: "Expand or collapse the body", group: "Requests" },
  { key: "i", action: "Pin or unpin", group: "Requests" },
  { key: "y", action: "Write a note", group: "Requests" },
  { key: "Delete", action: "Delete the request", group: "Requests" },
  { key: "/", action: "Filter the list", group: "List" },
  { key: "a", action: "Follow the newest request", group: "List" },
  { key: "p", action: "Pause or resume", group: "List" },
  { key: "x", action: "Clear the list", group: "List" },
  { key: "z", action: "Undo delete or clear", group: "List" },
  { key: "e", action: "Export the list", group: "List" },
  { key: "u", action: "Copy the URL for senders", group: "Page" },
  { key: "l", action: "Copy the link for people who may watch", group: "Page" },
  { key: "q", action: "Show the QR code", group: "Page" },
  { key: "r", action: "Edit the response", group: "Page" },
  { key: "n", action: "Send a sample webhook", group: "Page" },
  { key: "m", action: "Send to your machine", group: "Page" },
  { key: "o", action: "Switch to a recent callback", group: "Page" },
  { key: "t", action: "Switch between light and dark", group: "Page" },
  { key: "s", action: "Settings", group: "Page" },
  { key: "?", action: "Keyboard shortcuts", group: "Page" },
];

const WRITING = "input, textarea, select, [contenteditable], dialog[open]";
const HANDLES_ENTER = "a, button, summary";

/**
 * Return the shortcut of a key press, or undefined if the key has another meaning.
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
