/** One entry of a log: a row, and below it what was sent, once it is opened. */

import { html, nothing } from "lit";
import "../components/captured-detail.js";
import { summary } from "../components/detail-sections.js";
import { isFresh } from "../components/request-row.js";
import { clockTime, gapText, refusedText } from "../text/format.js";

/**
 * @typedef {import("../state/store.js").Entry} Entry
 *
 * @typedef {object} How
 * @property {boolean} opened
 * @property {number} place  from the top
 * @property {import("../state/responses.js").Responses} responses
 * @property {Actions} actions
 *
 * @typedef {object} Actions  what a reader does with a log
 * @property {(id: string) => void} toggle   opens the detail of a request, or closes it
 * @property {() => void} clear   the list
 * @property {() => void} tryNow  to connect
 *
 * @param {Entry} entry
 * @param {How} how
 */
export function logEntry(entry, how) {
  if (entry.kind === "request") return requestEntry(entry, how);
  const text = entry.kind === "gap" ? gapText(entry.missed) : refusedText(entry);
  return html`<li><p part="notice ${entry.kind}" class="notice">${text}</p></li>`;
}

/**
 * @param {import("../state/store.js").RequestEntry} entry
 * @param {How} how
 */
function requestEntry(entry, { opened, place, responses, actions }) {
  const { request } = entry;
  const response = responses.get(request);
  return html`<li part=${opened ? "row row-opened" : "row"} class="entry">
    <webhook-row
      exportparts="line, method, target, status, size, time"
      .request=${request}
      .response=${response}
      .time=${clockTime(request.received_at)}
      .fresh=${isFresh(entry, place)}
      .expanded=${opened}
      @click=${() => actions.toggle(request.id)}
    ></webhook-row>
    ${
      opened
        ? html`<div part="detail" class="detail">
          ${summary(request, { response })}
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
