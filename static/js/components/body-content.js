import { html } from "lit";
import { bytesOf, withoutMark } from "../body/body.js";
import { fieldsOf } from "../body/form.js";
import { visible } from "../text/format.js";
import { headerOf, mediaType } from "../wire/captured.js";
import "./body-json.js";
import "./body-multipart.js";
import "./body-source.js";
import "./html-preview.js";
import "./image-preview.js";
import "./pairs-table.js";

/** @typedef {import("../body/body.js").Body} Body */

const MOST_FIELDS = 1000;

/**
 * A body in one of its views.
 * @param {import("../body/body.js").BodyView} view
 * @param {Body} body
 * @param {import("../wire/captured.js").CapturedRequest} request
 */
export function bodyContent(view, body, request) {
  switch (view) {
    case "json":
      return html`<body-json .text=${withoutMark(body.content)}></body-json>`;
    case "form":
      return form(fieldsOf(bytesOf(body), headerOf(request, "content-type"), MOST_FIELDS));
    case "multipart":
      return html`<body-multipart .body=${body} .contentType=${headerOf(request, "content-type")}></body-multipart>`;
    case "image":
      return html`<image-preview .bytes=${bytesOf(body)} .type=${mediaType(request)} name="in the body"></image-preview>`;
    case "preview":
      return html`<html-preview .source=${body.content}></html-preview>`;
    default:
      return html`<body-source .body=${body} .view=${view}></body-source>`;
  }
}

/** @param {import("../body/form.js").Fields} fields */
function form({ pairs, note }) {
  const most = `These are the first ${MOST_FIELDS} fields; Raw has all.`;
  return html`
    <pairs-table .pairs=${pairs} label="Form fields, decoded"></pairs-table>
    ${note ? html`<p class="body-reading">${visible(note)}</p>` : ""}
    ${pairs.length === MOST_FIELDS ? html`<p class="body-note">${most}</p>` : ""}
  `;
}
