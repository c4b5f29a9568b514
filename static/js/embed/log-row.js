/** One entry of a log: a row, followed by the request's detail while the row is open. */

import { html, nothing } from "lit";
import "../components/captured-detail.js";
import { arrival } from "../components/detail-sections.js";
import "../components/request-row.js";
import { noticeText } from "../state/entries.js";
import { clockTime } from "../text/format.js";

/**
 * @typedef {import("../state/store.js").Entry} Entry
 *
 * @typedef {object} Options
 * @property {boolean} opened
 * @property {boolean} fresh  whether the row is highlighted, because the request has just arrived
 * @property {import("../state/responses.js").Responses} responses
 * @property {Actions} actions
 *
 * @typedef {object} Actions  called by the buttons and rows of a log
 * @property {(id: string) => void} toggle  open or close the detail of a request
 * @property {() => void} clear   clear the list
 * @property {() => void} tryNow  reconnect now
 *
 * @param {Entry} entry
 * @param {Options} options
 */
export function logEntry(entry, options) {
  if (entry.kind === "request") return requestEntry(entry, options);
  return html`<li>
    <p part="notice ${entry.kind}" class="notice ${entry.kind}">${noticeText(entry)}</p>
  </li>`;
}

/**
 * @param {import("../state/store.js").RequestEntry} entry
 * @param {Options} options
 */
function requestEntry(entry, { opened, fresh, responses, actions }) {
  const { request } = entry;
  const response = responses.get(request);
  return html`<li part=${opened ? "row row-opened" : "row"} class="entry">
    <webhook-row
      exportparts="line, method, target, status, size, time"
      .request=${request}
      .response=${response}
      .time=${clockTime(request.received_at)}
      .fresh=${fresh}
      .expanded=${opened}
      @click=${() => actions.toggle(request.id)}
    ></webhook-row>
    ${
      opened
        ? html`<div part="detail" class="detail">
          ${arrival(request, { response })}
          <webhook-detail
            exportparts="query, body, headers, trailers, path, button"
            .request=${request}
            .level=${2}
          ></webhook-detail>
        </div>`
        : nothing
    }
  </li>`;
}
