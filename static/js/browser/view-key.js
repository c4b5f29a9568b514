/** The view key of a private callback, in the address of its page. */

import { isKey, isPrivate, keyIn } from "../wire/private.js";

/**
 * Return the view key in the page's address, or the one that this browser remembers; "" if the callback
 * is open or the key is unknown.
 * @param {string} uuid
 * @param {string} remembered  "" if none is
 */
export function viewKey(uuid, remembered) {
  if (!isPrivate(uuid)) return "";
  const given = keyIn(location.hash);
  if (isKey(given) || !remembered) return given;
  history.replaceState(history.state, "", `#key=${remembered}`);
  return remembered;
}

/**
 * Load the page again when the user enters another key in the address bar.
 * @param {string} uuid
 * @param {string} key
 */
export function reloadWithOtherKey(uuid, key) {
  if (!isPrivate(uuid)) return;
  addEventListener("hashchange", () => {
    const other = keyIn(location.hash);
    if (other && other !== key) location.reload();
  });
}
