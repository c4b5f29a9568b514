/**
 * Handle keyboard shortcuts.
 *
 * @typedef {object} Page  the element that contains the list and the toolbar
 * @property {PageStore} store
 * @property {PageSettings} settings
 * @property {{isOpening: boolean}} sheets
 * @property {() => void} close
 * @property {ParentNode["querySelector"]} querySelector
 *
 * @typedef {object} PageStore
 * @property {{paused: boolean, selected: {id: string} | null}} snapshot
 * @property {() => void} pause
 * @property {() => void} resume
 * @property {() => void} clear
 * @property {(id: string, opened: boolean) => void} select
 *
 * @typedef {object} PageSettings
 * @property {Readonly<{keys: boolean, theme: import("./theme.js").Theme}>} choices
 * @property {(changes: {theme: import("./theme.js").Theme}) => void} change
 *
 * @typedef {Element & {move: (key: string) => void}} List
 * @typedef {Element & {focusFilter: () => void}} Toolbar
 * @typedef {Element & {find: () => void, unfold: () => void}} Body
 */

import { match } from "./shortcuts.js";
import { otherTheme } from "./theme.js";

/** @type {Record<string, (page: Page) => void>} */
const ACTIONS = {
  j: (page) => listOf(page)?.move("ArrowDown"),
  k: (page) => listOf(page)?.move("ArrowUp"),
  g: (page) => listOf(page)?.move("Home"),
  G: (page) => listOf(page)?.move("End"),
  Enter: openSelected,
  Escape: (page) => page.close(),
  i: fire("pin-request"),
  y: fire("note-request"),
  Delete: fire("delete-request"),
  "/": (page) => toolbarOf(page)?.focusFilter(),
  f: (page) => bodyOf(page)?.find(),
  v: (page) => bodyOf(page)?.unfold(),
  p: ({ store }) => (store.snapshot.paused ? store.resume() : store.pause()),
  x: ({ store }) => store.clear(),
  t: ({ settings }) => settings.change({ theme: otherTheme(settings.choices.theme) }),
};

/** @param {Page} page */
export function followKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (page.sheets.isOpening) return; // the key is meant for the dialog
    const shortcut = page.settings.choices.keys && match(event);
    if (!shortcut) return;
    event.preventDefault();
    const { key } = shortcut;
    if (ACTIONS[key]) ACTIONS[key](page);
    else press(page, key);
  });
}

/**
 * Click the control that has the key; it shows the result itself.
 * @param {Page} page
 * @param {string} key
 */
function press(page, key) {
  /** @type {HTMLElement | null} */
  const control = page.querySelector(`[aria-keyshortcuts="${key}"]`);
  control?.click();
}

/**
 * Return an action on the selected request, which the page carries out.
 * @param {string} name  of an event
 */
function fire(name) {
  return (/** @type {Page} */ page) => {
    page.querySelector("main")?.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  };
}

/** @param {Page} page */
function listOf(page) {
  return /** @type {List | null} */ (page.querySelector("request-list"));
}

/** @param {Page} page */
function toolbarOf(page) {
  return /** @type {Toolbar | null} */ (page.querySelector("list-toolbar"));
}

/** Return the body of the open request, which is in a shadow tree. @param {Page} page */
function bodyOf(page) {
  const detail = page.querySelector("webhook-detail")?.shadowRoot;
  return /** @type {Body | null | undefined} */ (detail?.querySelector("webhook-body"));
}

/** @param {Page} page */
function openSelected({ store }) {
  const { selected } = store.snapshot;
  if (selected) store.select(selected.id, true);
}
