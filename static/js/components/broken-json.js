import { html } from "lit";
import { visible } from "../format.js";
import { breakText } from "../json-break.js";

/**
 * Where a body stops being JSON, with what stands around.
 * @param {import("../json-break.js").Break} place
 */
export function brokenJson(place) {
  const { before, found, after } = place;
  const marked = found === "\n" || found === "\r" ? "line end" : visible(found) || "end";
  return html`<div class="body-note broken-json">
    <p>${breakText(place)}</p>
    <p class="captured">${visible(before)}<mark>${marked}</mark>${visible(after)}</p>
  </div>`;
}
