import { html, nothing } from "lit";
import { responseText } from "../state/responses.js";
import { retryText } from "../state/retries.js";
import { fullTime } from "../text/format.js";
import { textOfLine } from "../wire/captured.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * Render when and how the request arrived, and its response if given.
 * @param {CapturedRequest} request
 * @param {object} known
 * @param {import("../state/retries.js").Retry} [known.retry]
 * @param {import("../state/responses.js").SenderResponse} [known.response]
 */
export function arrival(request, { retry, response }) {
  const { received_at, remote_addr, http_version } = request;
  return html`<p class="detail-arrival">
    <time datetime=${received_at}>${fullTime(received_at)}</time>
    ${remote_addr ? html`<span>from <span class="captured">${remote_addr}</span></span>` : ""}
    ${http_version ? html`<span>HTTP/${http_version}</span>` : ""}
    ${response ? html`<span>${responseText(response, request)}</span>` : ""}
    ${retry ? html`<span class=${retry.certain ? "detail-retry" : nothing}>${retryText(retry)}</span>` : ""}
  </p>`;
}

/**
 * @param {CapturedRequest} request
 * @returns {[string, string][]}
 */
export function details(request) {
  return [
    ["URL", textOfLine(urlOf(request))],
    ["Received (UTC)", request.received_at],
    ["ID", request.id],
    ["Position", `${request.seq} in epoch ${request.epoch}`],
  ];
}

/**
 * Return the URL as the sender wrote it; without its start if the request has no Host.
 * @param {CapturedRequest} request
 */
function urlOf({ scheme, host, path, query_string }) {
  const target = path + (query_string && `?${query_string}`);
  return host ? `${scheme}://${host}${target}` : target;
}
