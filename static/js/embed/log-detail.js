/** What was sent, all of it. Everything of a sender becomes text nodes. */

import { html, nothing } from "lit";
import "../components/request-body.js";
import { answerText } from "../state/responses.js";
import { byteSize, fullTime, visible } from "../text/format.js";
import { linesOf, mediaType, queryOf } from "../wire/captured.js";

/**
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 *
 * @param {CapturedRequest} request
 * @param {import("../state/responses.js").Answer | undefined} answer
 */
export function logDetail(request, answer) {
  const { query_string, headers, trailers = [], remote_addr, http_version } = request;
  return html`<div part="detail" class="detail">
    <p part="facts" class="facts">
      <span>${fullTime(request.received_at)}</span>
      <span>from ${visible(remote_addr)}</span>
      <span>HTTP/${visible(http_version)}</span>
      ${answer ? html`<span>${answerText(answer, request)}</span>` : nothing}
    </p>
    ${query_string ? pairs("Query", queryOf(request)) : nothing}
    ${pairs("Headers", linesOf(headers))}
    ${trailers.length ? pairs("Trailers", linesOf(trailers)) : nothing} ${body(request)}
  </div>`;
}

/**
 * @param {string} title
 * @param {[string, string][]} lines
 */
function pairs(title, lines) {
  return html`<p class="title">${title} <span class="many">${lines.length}</span></p>
    <table part=${title.toLowerCase()} aria-label=${title}>
      ${lines.map(([name, value]) => html`<tr><th scope="row">${visible(name)}</th><td>${visible(value)}</td></tr>`)}
    </table>`;
}

/** @param {CapturedRequest} request */
function body(request) {
  const { size } = request.body;
  if (!size) return html`<p class="title">No body</p>`;
  const type = mediaType(request);
  return html`<p class="title">Body <span class="many">${byteSize(size)}${type && `, ${visible(type)}`}</span></p>
    <webhook-body part="body" .request=${request}></webhook-body>`;
}
