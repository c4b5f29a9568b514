import { html } from "lit";
import { byteCount, visible } from "../text/format.js";
import "./body-source.js";
import "./pairs-table.js";

/** @typedef {import("../resend/resend.js").ResendResponse} ResendResponse */
/** @typedef {import("../resend/problems.js").Explanation} Explanation */
/** @typedef {{answer?: ResendResponse, problem?: Explanation, reach?: string}} Outcome  of a request sent again */

/** @param {Outcome} outcome */
export function summary({ answer, problem, reach = "" }) {
  if (answer) {
    const good = answer.status >= 200 && answer.status < 300;
    return html`<p class="resend-answer" data-good=${good}>${answerText(answer)}</p>`;
  }
  const sentences = [...(problem?.sentences ?? []), reach].filter(Boolean);
  return sentences.map((text) => html`<p>${text}</p>`);
}

/** @param {ResendResponse} answer */
function answerText({ status, reason, milliseconds }) {
  const time = `${Math.round(milliseconds).toLocaleString("en-US")} ms`;
  if (status) return `${status} ${visible(reason)} in ${time}`;
  return `A redirect, in ${time}. It was not followed; the browser does not tell where it leads.`;
}

/** @param {ResendResponse} answer */
export function answered({ headers, shared, body }) {
  const note = "Only those that CORS lets this page read.";
  return html`
    <h4>Headers of the answer <span>${headers.length}</span></h4>
    ${shared ? html`<p class="resend-note">${note}</p>` : ""}
    <webhook-pairs-table .pairs=${headers} label="Headers of the answer"></webhook-pairs-table>
    <h4>Body of the answer</h4>
    ${body.size > 0 ? html`<webhook-body-source .body=${body}></webhook-body-source>` : ""}
    <p class="resend-note">${bodyNote(body)}</p>
  `;
}

/** @param {ResendResponse["body"]} body */
function bodyNote({ size, complete }) {
  if (!complete) return `Only its beginning was read: ${byteCount(size)}.`;
  return size === 0 ? "No body." : byteCount(size);
}
