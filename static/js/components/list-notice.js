import { html } from "lit";
import { gapText, refusedText } from "../text/format.js";
import { gapIcon, refusedIcon } from "./icons.js";

/**
 * Stands in the list for requests that are not there.
 * @param {import("../state/store.js").GapEntry | import("../state/store.js").RefusedEntry} entry
 */
export function listNotice(entry) {
  const [icon, text] =
    entry.kind === "gap" ? [gapIcon, gapText(entry.missed)] : [refusedIcon, refusedText(entry)];
  return html`<div class="list-notice">
    <p class="notice ${entry.kind}">${icon}<span>${text}</span></p>
  </div>`;
}
