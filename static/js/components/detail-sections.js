import { html, nothing } from "lit";
import { responseText } from "../state/responses.js";
import { retryText } from "../state/retries.js";
import { clockTime, fullTime } from "../text/format.js";
import { textOfLine } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * @param {CapturedRequest} request
 * @param {object} known
 * @param {import("../state/retries.js").Retry} [known.retry]
 * @param {import("../state/responses.js").SenderResponse} [known.response]
 * @param {number} [known.bodyLimit]
 */
export function summary(request, { retry, response, bodyLimit }) {
  const { received_at, remote_addr, http_version } = request;
  return html`
    <p class="detail-summary">
      <time datetime=${received_at} title=${fullTime(received_at)}>${clockTime(received_at)}</time>
      <span>from <span class="captured">${remote_addr}</span></span>
      <span>HTTP/${http_version}</span>
      ${response ? html`<span>${responseText(response, request, bodyLimit)}</span>` : ""}
      ${retry ? html`<span class=${retry.certain ? "detail-retry" : nothing}>${retryText(retry)}</span>` : ""}
    </p>
  `;
}

/**
 * @param {CapturedRequest} request
 * @returns {[string, string][]}
 */
export function details(request) {
  return [
    ["Received", fullTime(request.received_at)],
    ["Received (UTC)", request.received_at],
    ["Remote address", request.remote_addr],
    ["HTTP version", request.http_version],
    ["Scheme", request.scheme],
    ["Host", textOfLine(request.host)],
    ["ID", request.id],
    ["Position", `${request.seq} in epoch ${request.epoch}`],
  ];
}
