/**
 * Lets single keys act on the page.
 *
 * @typedef {import("./components/webhook-page.js").WebhookPage} WebhookPage
 * @typedef {import("./components/request-list.js").RequestList} RequestList
 * @typedef {import("./components/list-toolbar.js").ListToolbar} ListToolbar
 */

import { match } from "./shortcuts.js";
import { otherTheme } from "./theme.js";

/** @type {Record<string, (page: WebhookPage) => void>} */
const ACTIONS = {
  j: (page) => listOf(page)?.move("ArrowDown"),
  k: (page) => listOf(page)?.move("ArrowUp"),
  g: (page) => listOf(page)?.move("Home"),
  G: (page) => listOf(page)?.move("End"),
  Enter: openSelected,
  Escape: (page) => page.close(),
  "/": (page) => toolbarOf(page)?.focusFilter(),
  p: ({ store }) => (store.snapshot.paused ? store.resume() : store.pause()),
  x: ({ store }) => store.clear(),
  t: ({ settings }) => settings.change({ theme: otherTheme(settings.choices.theme) }),
};

/** @param {WebhookPage} page */
export function followKeys(page) {
  document.addEventListener("keydown", (event) => {
    const shortcut = page.settings.choices.keys && match(event);
    if (!shortcut) return;
    event.preventDefault();
    const { key } = shortcut;
    if (ACTIONS[key]) ACTIONS[key](page);
    else press(page, key);
  });
}

/**
 * The control that carries the key: it shows by itself what came of it.
 * @param {WebhookPage} page
 * @param {string} key
 */
function press(page, key) {
  /** @type {HTMLElement | null} */
  const control = page.querySelector(`[aria-keyshortcuts="${key}"]`);
  control?.click();
}

/** @param {WebhookPage} page */
function listOf(page) {
  return /** @type {RequestList | null} */ (page.querySelector("request-list"));
}

/** @param {WebhookPage} page */
function toolbarOf(page) {
  return /** @type {ListToolbar | null} */ (page.querySelector("list-toolbar"));
}

/** @param {WebhookPage} page */
function openSelected({ store }) {
  const { selected } = store.snapshot;
  if (selected) store.select(selected.id, true);
}
