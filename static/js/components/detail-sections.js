import { html } from "lit";
import { pathSegments, queryParameters } from "../captured.js";
import { fullTime, visible } from "../format.js";
import "./pairs-table.js";

/** @typedef {import("../captured.js").CapturedRequest} CapturedRequest */

/** @param {CapturedRequest} request */
export function pathSection(request) {
  const segments = pathSegments(request);
  if (segments.length === 0) return "";
  return html`
    <section aria-labelledby="path-title">
      <h3 id="path-title">Path <span>${segments.length}</span></h3>
      <pairs-table .pairs=${segments} label="Path segments, decoded"></pairs-table>
    </section>
  `;
}

/** @param {CapturedRequest} request */
export function querySection({ query_string }) {
  if (!query_string) return "";
  const query = queryParameters(query_string);
  return html`
    <section aria-labelledby="query-title">
      <h3 id="query-title">Query <span>${query.length}</span></h3>
      <pairs-table .pairs=${query} label="Query parameters, decoded"></pairs-table>
      <p class="detail-raw"><span>As sent</span> <code class="captured">${visible(query_string)}</code></p>
    </section>
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
    ["Host", request.host],
    ["Id", request.id],
    ["Position", `${request.seq} in epoch ${request.epoch}`],
  ];
}
