import { html } from "lit";
import { excerpt } from "../text/excerpt.js";
import { byteSize, visible } from "../text/format.js";

const MOST_CHARACTERS = 100;

/**
 * In which content codings a body was sent, and what came of undoing them.
 * @param {number} sent  its size
 * @param {import("../body/reading.js").Opened} opened
 * @param {boolean} asSent  it is shown as sent
 * @param {() => void} toggle
 */
export function bodyCoding(sent, { body, codings, undone, problem }, asSent, toggle) {
  const names = excerpt(codings.join(", "), MOST_CHARACTERS);
  return html`<div class="body-coding">
    <p role="status">
      Sent as <span class="captured">${visible(names)}</span>, ${byteSize(sent)}.
      ${undone ? `Decompressed: ${byteSize(body.size)}.` : ""}
      ${problem ? html`<span class="body-problem">${visible(problem)}</span>` : ""}
      ${undone ? "" : "Shown as sent."}
    </p>
    ${undone ? html`<button part="button" type="button" class="button" aria-pressed=${asSent} @click=${toggle}>Show as sent</button>` : ""}
  </div>`;
}
