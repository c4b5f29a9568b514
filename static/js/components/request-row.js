import { html, nothing } from "lit";
import { answerText, statusTone } from "../state/responses.js";
import { retryLabel, retryText } from "../state/retries.js";
import { ago, byteSize, fullTime, visible } from "../text/format.js";
import { mediaType, methodTone, targetBelow, textOfLine } from "../wire/captured.js";

/** As long as the highlight of request-row.css lasts. */
const FRESH_MS = 2400;

/** In a rush all of the list would glow, and cost more than all else. */
const MOST_FRESH = 10;

/**
 * One captured request in the list. A template, not an element: at 500 requests a second
 * the list has to know its rows' height as soon as it has rendered them.
 * @param {import("../state/store.js").RequestEntry} entry
 * @param {object} how
 * @param {boolean} how.selected
 * @param {boolean} how.reachable  the one row that the Tab key stops at; arrow keys reach the others
 * @param {import("../state/retries.js").Retry} [how.retry]  where it is one
 * @param {import("../state/responses.js").Answer} [how.answer]  once it is known
 * @param {number} how.place       from the top, 0 for the newest
 * @param {number} how.age         milliseconds since the server received it
 */
export function requestRow(
  { request, arrived },
  { selected, reachable, retry, answer, place, age },
) {
  const fresh = Date.now() - arrived < FRESH_MS && place < MOST_FRESH;
  return html`
    <button
      type="button"
      class="row"
      data-id=${request.id}
      ?data-fresh=${fresh}
      aria-current=${selected}
      tabindex=${reachable ? 0 : -1}
    >
      <span class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
      <span class="row-target captured">${visible(textOfLine(targetBelow(request)))}</span>
      <time class="row-time" datetime=${request.received_at} title=${fullTime(request.received_at)}
        >${ago(age)}</time
      >
      ${answer ? rowAnswer(answer, request) : nothing}
      <span class="row-facts">
        ${retry ? html`<span class="row-note" title=${retryText(retry)}>${retryLabel(retry)}</span>` : nothing}
        <span class="row-type captured">${visible(typeText(request))}</span>
        <span class="row-sender captured">${visible(request.remote_addr)}</span>
      </span>
      <span class="row-size">${byteSize(request.body.size)}</span>
    </button>
  `;
}

/**
 * @param {import("../state/responses.js").Answer} answer
 * @param {import("../wire/captured.js").CapturedRequest} request
 */
function rowAnswer(answer, request) {
  return html`<span class="row-answer" data-tone=${statusTone(answer.status)} title=${answerText(answer, request)}
    ><span class="visually-hidden">${request.body.complete ? "answered " : "rejected "}</span>${answer.status}</span
  >`;
}

/** @param {import("../wire/captured.js").CapturedRequest} request */
function typeText(request) {
  return mediaType(request) || (request.body.size ? "no content type" : "no body");
}
