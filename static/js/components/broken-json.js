import { html } from "lit";
import { breakText } from "../body/json-break.js";
import { visible } from "../text/format.js";

/**
 * Where a body stops being JSON, with what stands around.
 * @param {import("../body/json-break.js").Break} place
 */
export function brokenJson(place) {
  const { before, found, after } = place;
  const marked = found === "\n" || found === "\r" ? "line end" : visible(found) || "end";
  return html`<div class="body-note broken-json">
    <p>${breakText(place)}</p>
    <p class="captured">${visible(before)}<mark>${marked}</mark>${visible(after)}</p>
  </div>`;
}
