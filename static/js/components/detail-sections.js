import { html, nothing } from "lit";
import { answerText } from "../state/responses.js";
import { retryText } from "../state/retries.js";
import { isLong } from "../text/excerpt.js";
import { clockTime, fullTime, visible } from "../text/format.js";
import { linesOf, pathSegments, queryOf, textOfLine } from "../wire/captured.js";
import "./pairs-table.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * @param {CapturedRequest} request
 * @param {object} known
 * @param {import("../state/retries.js").Retry} [known.retry]
 * @param {import("../state/responses.js").Answer} [known.answer]
 * @param {number} known.bodyLimit
 */
export function summary(request, { retry, answer, bodyLimit }) {
  const { received_at, remote_addr, http_version } = request;
  return html`
    <p class="detail-summary">
      <time datetime=${received_at}>${clockTime(received_at)}</time>
      <span>from <span class="captured">${remote_addr}</span></span>
      <span>HTTP/${http_version}</span>
      ${answer ? html`<span>${answerText(answer, request, bodyLimit)}</span>` : ""}
      ${retry ? html`<span class="detail-retry">${retryText(retry)}</span>` : ""}
    </p>
  `;
}

/** @param {CapturedRequest} request */
export function pathSection(request) {
  const segments = pathSegments(request);
  if (segments.length === 0) return "";
  return html`
    <section aria-labelledby="path-title">
      <h3 id="path-title">Path <span>${segments.length}</span></h3>
      <webhook-pairs-table .pairs=${segments} label="Path segments, decoded"></webhook-pairs-table>
    </section>
  `;
}

/** @param {CapturedRequest} request */
export function querySection(request) {
  const { query_string } = request;
  if (!query_string) return "";
  const query = queryOf(request);
  return html`
    <section aria-labelledby="query-title">
      <h3 id="query-title">Query <span>${query.length}</span></h3>
      <webhook-pairs-table .pairs=${query} label="Query parameters, decoded"></webhook-pairs-table>
      <p class="detail-raw"><span>As sent</span> <code class="captured" ?data-long=${isLong(query_string)} tabindex=${isLong(query_string) ? 0 : nothing}>${visible(textOfLine(query_string))}</code></p>
    </section>
  `;
}

/** @param {CapturedRequest} request */
export function linesSections({ headers, trailers = [] }) {
  return html`
    <section aria-labelledby="headers-title">
      <h3 id="headers-title">Headers <span>${headers.length}</span></h3>
      <webhook-pairs-table .pairs=${linesOf(headers)} label="Headers as sent"></webhook-pairs-table>
    </section>
    ${
      trailers.length > 0
        ? html`<section aria-labelledby="trailers-title">
          <h3 id="trailers-title">Trailers <span>${trailers.length}</span></h3>
          <webhook-pairs-table .pairs=${linesOf(trailers)} label="Trailers as sent"></webhook-pairs-table>
        </section>`
        : ""
    }
  `;
}

/**
 * @param {CapturedRequest} request
 * @returns {[string, string][]}
 */
export function facts(request) {
  return [
    ["Received", fullTime(request.received_at)],
    ["Received (UTC)", request.received_at],
    ["Remote address", request.remote_addr],
    ["HTTP version", request.http_version],
    ["Scheme", request.scheme],
    ["Host", textOfLine(request.host)],
    ["Id", request.id],
    ["Position", `${request.seq} in epoch ${request.epoch}`],
  ];
}
