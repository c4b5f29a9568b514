/** Notes above a body: its content codings, and the place of a JSON syntax error. */

import { html } from "lit";
import { jsonErrorText } from "../body/json-error.js";
import { excerpt } from "../text/excerpt.js";
import { byteSize, visible } from "../text/format.js";

const MAX_CHARACTERS = 100;

/**
 * Render the content codings of a body, and the result of decoding them.
 * @param {number} sent  size of the body as sent, in bytes
 * @param {import("../body/reading.js").Opened} opened
 * @param {boolean} asSent  whether the body is shown as sent
 * @param {() => void} toggle
 */
export function bodyCoding(sent, { body, codings, decoded, problem }, asSent, toggle) {
  const names = excerpt(codings.join(", "), MAX_CHARACTERS);
  return html`<div class="body-coding">
    <p role="status">
      Sent as <span class="captured">${visible(names)}</span>, ${byteSize(sent)}.
      ${decoded ? `Decompressed: ${byteSize(body.size)}.` : ""}
      ${problem ? html`<span class="body-problem">${visible(problem)}</span>` : ""}
      ${decoded ? "" : "Shown as sent."}
    </p>
    ${decoded ? html`<button part="button" type="button" class="button" aria-pressed=${asSent} @click=${toggle}>Show as sent</button>` : ""}
  </div>`;
}

/**
 * Render the place of a JSON syntax error, with the text around it.
 * @param {import("../body/json-error.js").JsonError} place
 */
export function brokenJson(place) {
  const { before, found, after } = place;
  const marked = found === "\n" || found === "\r" ? "line break" : visible(found) || "end of body";
  return html`<div class="body-note broken-json">
    <p>${jsonErrorText(place)}</p>
    <p class="captured">${visible(before)}<mark>${marked}</mark>${visible(after)}</p>
  </div>`;
}
