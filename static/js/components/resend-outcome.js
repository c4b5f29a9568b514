import { html } from "lit";
import { differentParts, tally } from "../resend/repeat.js";
import { byteCount, duration, visible } from "../text/format.js";
import "./body-source.js";
import "./pairs-table.js";

/** @typedef {import("../resend/resend.js").ResendResponse} ResendResponse */
/** @typedef {import("../resend/problems.js").Explanation} Explanation */
/** @typedef {import("../state/responses.js").SenderResponse} SenderResponse */

/**
 * The result of resending a request.
 * @typedef {object} Outcome
 * @property {readonly ResendResponse[]} responses  in order
 * @property {Explanation} [problem]  what ended it
 * @property {boolean} [unsent]  whether nothing was sent, because of the draft
 * @property {string} [reach]  whether the target is reachable
 */

/**
 * @param {Outcome} outcome
 * @param {SenderResponse | undefined} sent
 */
export function summary({ responses, problem, reach = "" }, sent) {
  const response = responses[responses.length - 1];
  const parts = sent && response ? differentParts(response, sent) : [];
  const others = parts.join(" and another ");
  const compared = others ? `The response to the sender had another ${others}.` : "";
  const messages = messagesOf(problem, reach);
  if (!response && messages.length === 0) return "";
  return html`
    ${response ? html`<p class="visually-hidden">${responseText(response)}</p>` : ""}
    ${responses.length > 1 ? html`<p>${tally(responses)}</p>` : ""}
    ${compared ? html`<p>${compared}</p>` : ""}
    ${messages.map((text) => html`<p>${text}</p>`)}
  `;
}

/**
 * Return the sentences on a problem. The result of the check replaces the guess, which comes first.
 * @param {Explanation | undefined} problem
 * @param {string} reach
 */
function messagesOf(problem, reach) {
  const messages = problem?.messages ?? [];
  return reach ? [reach, ...messages.slice(1)] : messages;
}

/**
 * @param {number} status
 * @param {string} text
 */
function statusLine(status, text) {
  return html`<p class="resend-response" data-good=${status >= 200 && status < 300}>${text}</p>`;
}

/** @param {ResendResponse} response */
function responseText({ status, reason, milliseconds }) {
  const time = `${Math.round(milliseconds).toLocaleString("en-US")} ms`;
  if (status) return `${status} ${visible(reason)} in ${time}`;
  return `Redirect, in ${time}. It was not followed, and the browser does not reveal its target.`;
}

/**
 * Render the response, next to the one that the sender got if that is known.
 * @param {ResendResponse} response
 * @param {SenderResponse | undefined} sent
 */
export function results(response, sent) {
  return html`<div class="resend-pair">${responded(response)} ${sent ? original(sent) : ""}</div>`;
}

/** @param {ResendResponse} response */
function responded(response) {
  const { status, headers, shared, body } = response;
  const note = shared ? "Only the headers that CORS lets this page read." : "";
  return html`<div role="group" aria-label="Response to this browser">
    <h4>Response to this browser</h4>
    ${statusLine(status, responseText(response))}
    <webhook-pairs-table .pairs=${headers} label="Response headers"></webhook-pairs-table>
    ${note ? html`<p class="resend-note">${note}</p>` : ""}
    ${body.size > 0 ? html`<webhook-body-source .body=${body}></webhook-body-source>` : ""}
    <p class="resend-note">${bodyNote(body)}</p>
  </div>`;
}

/** @param {SenderResponse} sent */
function original({ status, headers, body, seconds }) {
  const time = seconds === undefined ? "" : ` in ${duration(seconds)}`;
  return html`<div role="group" aria-label="Response to the sender">
    <h4>Response to the sender</h4>
    ${statusLine(status, `${status}${time}`)}
    ${headers ? html`<webhook-pairs-table .pairs=${headers} label="Headers that the sender got"></webhook-pairs-table>` : ""}
    ${body?.complete && body.size > 0 ? html`<webhook-body-source .body=${body}></webhook-body-source>` : ""}
    <p class="resend-note">${body ? sentNote(body) : "The server did not report its headers and its body."}</p>
  </div>`;
}

/** @param {import("../wire/captured.js").Body} body */
function sentNote({ size, complete }) {
  if (!complete) return `${byteCount(size)}, not kept.`;
  return size === 0 ? "No body." : byteCount(size);
}

/** @param {ResendResponse["body"]} body */
function bodyNote({ size, complete }) {
  if (!complete) return `Only the first ${byteCount(size)} were read.`;
  return size === 0 ? "No body." : byteCount(size);
}
