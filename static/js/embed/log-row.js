/** One entry of a log: a line, and below it what was sent, once it is opened. */

import { html, nothing } from "lit";
import { statusTone } from "../state/responses.js";
import { byteSize, clockTime, fullTime, gapText, refusedText, visible } from "../text/format.js";
import { methodTone, targetBelow, textOfLine } from "../wire/captured.js";
import { logDetail } from "./log-detail.js";

/**
 * @typedef {import("../state/store.js").Entry} Entry
 *
 * @typedef {object} How
 * @property {boolean} opened
 * @property {import("../state/responses.js").Answers} answers
 * @property {import("./copy.js").Copied} copied
 * @property {Actions} actions
 *
 * @typedef {object} Actions  what a reader does with a log
 * @property {(id: string) => void} toggle   opens the detail of a request, or closes it
 * @property {(text: string, what: string) => void} copy
 * @property {() => void} clear   the list
 * @property {() => void} tryNow  to connect
 *
 * @param {Entry} entry
 * @param {How} how
 */
export function logEntry(entry, how) {
  if (entry.kind === "request") return requestRow(entry.request, how);
  const text = entry.kind === "gap" ? gapText(entry.missed) : refusedText(entry);
  return html`<li><p part="notice ${entry.kind}" class="notice">${text}</p></li>`;
}

/**
 * @param {import("../wire/contract.js").CapturedRequest} request
 * @param {How} how
 */
function requestRow(request, how) {
  const answer = how.answers.get(request);
  return html`<li part=${how.opened ? "row row-opened" : "row"} class="row">
    <button part="line" class="line" type="button" aria-expanded=${how.opened} @click=${() => how.actions.toggle(request.id)}>
      <span part="method" class="method" data-tone=${methodTone(request.method)}>${visible(request.method)}</span>
      <span part="target" class="target">${visible(textOfLine(targetBelow(request)))}</span>
      <span part="status" class="status" data-tone=${answer ? statusTone(answer.status) : nothing}>${answer ? html`<span class="unseen">${request.body.complete ? "answered " : "rejected "}</span>${answer.status}` : nothing}</span>
      <span part="size" class="size">${byteSize(request.body.size)}</span>
      <time part="time" class="time" datetime=${request.received_at} title=${fullTime(request.received_at)}>${clockTime(request.received_at)}</time>
    </button>
    ${how.opened ? logDetail(request, answer) : nothing}
  </li>`;
}
