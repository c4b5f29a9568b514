/** The list of a log, newest first, or the empty state before the first request. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import "../components/empty-state.js";
import { isFresh } from "../components/request-row.js";
import { logEntry } from "./log-row.js";

/**
 * @typedef {import("./log-bar.js").Bar & {opened: string}} Shown  opened: the id of the request whose
 *   detail is shown, or ""
 *
 * @param {Shown} shown
 */
export function logEntries(shown) {
  const { snapshot, place, url } = shown;
  if (snapshot.entries.length) return list(shown);
  if (!place || snapshot.link.state === "refused") return nothing;
  const { link, arrived } = snapshot;
  return html`<webhook-empty
    exportparts="empty, url, button"
    .url=${url}
    .live=${link.state === "live"}
    .again=${arrived > 0}
  ></webhook-empty>`;
}

/** @param {Shown} shown */
function list({ snapshot: { entries, responses }, opened, actions }) {
  return html`<ol part="list" class="list" role="list" @keydown=${onKey}>
    ${repeat(entries, keyOf, (entry, place) =>
      logEntry(entry, {
        opened: entry.key === opened,
        fresh: isFresh(entries, place),
        responses,
        actions,
      }),
    )}
  </ol>`;
}

/**
 * Scroll the list, and not the page, until as much of a row as possible is visible.
 * @param {Element | null | undefined} row
 */
export function scrollIntoList(row) {
  const list = row?.parentElement;
  if (!row || !list) return;
  const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
  const below = Math.max(0, inner.bottom - outer.bottom);
  list.scrollTop += Math.min(below, inner.top - outer.top);
}

/** @param {import("../state/store.js").Entry} entry */
function keyOf({ key }) {
  return key;
}

/**
 * Move the focus between rows with the arrow keys.
 * @param {KeyboardEvent & {currentTarget: Element}} event
 */
function onKey(event) {
  const lines = /** @type {HTMLElement[]} */ ([
    ...event.currentTarget.querySelectorAll("webhook-row"),
  ]);
  const at = lines.indexOf(/** @type {HTMLElement} */ (event.target));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
  if (at < 0 || next === undefined || !lines[next]) return;
  event.preventDefault();
  lines[next].focus();
}
