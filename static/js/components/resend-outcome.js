import { html } from "lit";
import { byteCount, visible } from "../text/format.js";
import "./body-source.js";
import "./pairs-table.js";

/** @typedef {import("../resend/resend.js").ResendResponse} ResendResponse */
/** @typedef {import("../resend/problems.js").Explanation} Explanation */
/** @typedef {{response?: ResendResponse, problem?: Explanation, reach?: string}} Outcome  of resending a request */

/** @param {Outcome} outcome */
export function summary({ response, problem, reach = "" }) {
  if (response) {
    const good = response.status >= 200 && response.status < 300;
    return html`<p class="resend-response" data-good=${good}>${responseText(response)}</p>`;
  }
  const messages = [...(problem?.messages ?? []), reach].filter(Boolean);
  return messages.map((text) => html`<p>${text}</p>`);
}

/** @param {ResendResponse} response */
function responseText({ status, reason, milliseconds }) {
  const time = `${Math.round(milliseconds).toLocaleString("en-US")} ms`;
  if (status) return `${status} ${visible(reason)} in ${time}`;
  return `Redirect, in ${time}. It was not followed, and the browser does not reveal its target.`;
}

/** @param {ResendResponse} response */
export function responded({ headers, shared, body }) {
  const note = "Only the headers that CORS lets this page read.";
  return html`
    <h4>Response headers <span>${headers.length}</span></h4>
    ${shared ? html`<p class="resend-note">${note}</p>` : ""}
    <webhook-pairs-table .pairs=${headers} label="Response headers"></webhook-pairs-table>
    <h4>Response body</h4>
    ${body.size > 0 ? html`<webhook-body-source .body=${body}></webhook-body-source>` : ""}
    <p class="resend-note">${bodyNote(body)}</p>
  `;
}

/** @param {ResendResponse["body"]} body */
function bodyNote({ size, complete }) {
  if (!complete) return `Only the first ${byteCount(size)} were read.`;
  return size === 0 ? "No body." : byteCount(size);
}
