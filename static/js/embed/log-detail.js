/** What was sent, all of it. Everything of a sender becomes text nodes. */

import { html, nothing } from "lit";
import { chunksOf, jsonBreak, together, viewsOf, withoutMark } from "../body/body.js";
import { breakText } from "../body/json-break.js";
import { indented } from "../body/json-indent.js";
import { opened } from "../body/reading.js";
import { answerText } from "../state/responses.js";
import { excerpt } from "../text/excerpt.js";
import { byteCount, byteSize, fullTime, visible } from "../text/format.js";
import { linesOf, mediaType, queryOf } from "../wire/captured.js";
import { copyButton } from "./copy.js";
import { Pieces } from "./pieces.js";

const MOST_OF_CODINGS = 100;

/**
 * @typedef {import("../wire/contract.js").CapturedRequest} CapturedRequest
 * @typedef {import("../body/body.js").Body} Body
 *
 * @param {CapturedRequest} request
 * @param {import("../state/responses.js").Answer | undefined} answer
 * @param {import("./log-row.js").How} how
 */
export function logDetail(request, answer, how) {
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
    ${trailers.length ? pairs("Trailers", linesOf(trailers)) : nothing} ${body(request, how)}
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

/**
 * @param {CapturedRequest} request
 * @param {import("./log-row.js").How} how
 */
function body(request, how) {
  const { size, complete } = request.body;
  if (!size) return html`<p class="title">No body</p>`;
  const type = mediaType(request);
  const title = html`<p class="title">Body <span class="many">${byteSize(size)}${type && `, ${visible(type)}`}</span></p>`;
  if (!complete)
    return html`${title}<p>${byteCount(size)}: over the server’s limit, so it was not kept.</p>`;
  const read = opened(request);
  if (read) return content(request, read, title, how);
  how.actions.open(request);
  return html`${title}<p>Decompressing…</p>`;
}

/**
 * @param {CapturedRequest} request
 * @param {import("../body/reading.js").Opened} opened
 * @param {unknown} title
 * @param {import("./log-row.js").How} how
 */
function content(request, { body, codings, undone, problem }, title, how) {
  const isText = body.encoding === "utf-8";
  const copy = isText ? copyButton(body.content, "body", how) : "Not text, so in hex.";
  const coded = `Sent as ${excerpt(codings.join(", "), MOST_OF_CODINGS)}.`;
  const sent = codings.length > 0 ? `${coded} ${undone ? "Decompressed." : ""} ${problem}` : "";
  const note = [sent.trim(), body.note ?? "", madeOf(request, body).broken]
    .filter(Boolean)
    .join(" ");
  return html`<div class="heading">${title} ${copy}</div>
    ${note ? html`<p part="note" class="note">${visible(note)}</p>` : nothing}
    <pre part="body" tabindex="0" role="group" aria-label="Body">${shown(request, body, how)}</pre>`;
}

/**
 * The beginning of a body, or the whole.
 * @param {CapturedRequest} request
 * @param {Body} body
 * @param {import("./log-row.js").How} how
 */
function shown(request, body, { whole, actions }) {
  const { pieces } = madeOf(request, body);
  if (whole) return pieces.first(Number.POSITIVE_INFINITY).map(piece);
  const [first = "", rest = ""] = pieces.first(2);
  const showAll = () => actions.showAll(request.id);
  return html`${piece(first)}${rest ? html`<button part="button" class="button" type="button" @click=${showAll}>Show all ${byteSize(body.size)}</button>` : nothing}`;
}

/** @param {string} text */
function piece(text) {
  return html`<span class="piece">${visible(text)}</span>`;
}

/**
 * @typedef {{pieces: Pieces, broken: string}} Made  broken: where it is not the JSON that it should be
 *
 * @type {WeakMap<Body, Made>} rendering is frequent, and a large body takes long
 */
const made = new WeakMap();

/**
 * @param {CapturedRequest} request
 * @param {Body} body
 * @returns {Made}
 */
function madeOf(request, body) {
  const known = made.get(body);
  if (known) return known;
  const type = mediaType(request);
  const isJson = viewsOf(body, type)[0] === "json";
  const place = isJson ? null : jsonBreak(body, type);
  const fresh = { pieces: new Pieces(chunks(body, isJson)), broken: place ? breakText(place) : "" };
  made.set(body, fresh);
  return fresh;
}

/**
 * JSON laid out, other text as it is, the rest in hex.
 * @param {Body} body
 * @param {boolean} isJson
 */
function chunks(body, isJson) {
  if (body.encoding === "base64") return chunksOf(body, "hex");
  return isJson ? together(indented(withoutMark(body.content))) : chunksOf(body, "text");
}
