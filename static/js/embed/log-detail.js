/** What was sent, all of it. Everything of a sender becomes text nodes. */

import { html, nothing } from "lit";
import { answerText } from "../answers.js";
import { chunksOf, together, viewsOf, withoutMark } from "../body.js";
import { linesOf, mediaType, queryOf } from "../captured.js";
import { byteCount, byteSize, fullTime, visible } from "../format.js";
import { indented } from "../json-indent.js";
import { copyButton } from "./copy.js";
import { Pieces } from "./pieces.js";

/**
 * @typedef {import("../contract.js").CapturedRequest} CapturedRequest
 *
 * @param {CapturedRequest} request
 * @param {import("../answers.js").Answer | undefined} answer
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
  const { size, encoding, content, complete } = request.body;
  if (!size) return html`<p class="title">No body</p>`;
  const type = mediaType(request);
  const title = html`<p class="title">Body <span class="many">${byteSize(size)}${type && `, ${visible(type)}`}</span></p>`;
  if (!complete)
    return html`${title}<p>${byteCount(size)}: over the server’s limit, so it was not kept.</p>`;
  const copy = encoding === "utf-8" ? copyButton(content, "body", how) : "Not text, so in hex.";
  return html`<div class="heading">${title} ${copy}</div>
    <pre part="body" tabindex="0" role="group" aria-label="Body">${shown(request, how)}</pre>`;
}

/**
 * The beginning of a body, or the whole.
 * @param {CapturedRequest} request
 * @param {import("./log-row.js").How} how
 */
function shown(request, { whole, actions }) {
  const pieces = piecesOf(request);
  if (whole) return pieces.first(Number.POSITIVE_INFINITY).map(piece);
  const [first = "", rest = ""] = pieces.first(2);
  const showAll = () => actions.showAll(request.id);
  return html`${piece(first)}${rest ? html`<button part="button" class="button" type="button" @click=${showAll}>Show all ${byteSize(request.body.size)}</button>` : nothing}`;
}

/** @param {string} text */
function piece(text) {
  return html`<span class="piece">${visible(text)}</span>`;
}

/** @type {WeakMap<CapturedRequest, Pieces>} rendering is frequent, and a large body takes long */
const known = new WeakMap();

/** @param {CapturedRequest} request */
function piecesOf(request) {
  const pieces = known.get(request) ?? new Pieces(chunks(request));
  known.set(request, pieces);
  return pieces;
}

/**
 * JSON laid out, other text as it is, the rest in hex.
 * @param {CapturedRequest} request
 */
function chunks(request) {
  const { body } = request;
  if (body.encoding === "base64") return chunksOf(body, "hex");
  const isJson = viewsOf(body, mediaType(request))[0] === "json";
  return isJson ? together(indented(withoutMark(body.content))) : chunksOf(body, "text");
}
