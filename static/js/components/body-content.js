import { html } from "lit";
import { bytesOf, textOf, withoutMark } from "../body/body.js";
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

const MAX_FIELDS = 1000;

/**
 * Render a body in one of its views.
 * @param {import("../body/body.js").BodyView} view
 * @param {Body} body
 * @param {import("../wire/captured.js").CapturedRequest} request
 */
export function bodyContent(view, body, request) {
  switch (view) {
    case "json":
      return html`<webhook-body-json .text=${withoutMark(body.content)}></webhook-body-json>`;
    case "records":
      return html`<webhook-body-json .text=${withoutMark(textOf(body))} records></webhook-body-json>`;
    case "form":
      return form(fieldsOf(bytesOf(body), headerOf(request, "content-type"), MAX_FIELDS));
    case "multipart":
      return html`<webhook-body-multipart .body=${body} .contentType=${headerOf(request, "content-type")}></webhook-body-multipart>`;
    case "image":
      return html`<webhook-image-preview .bytes=${bytesOf(body)} .type=${mediaType(request)} name="in the body"></webhook-image-preview>`;
    case "preview":
      return html`<webhook-html-preview .source=${body.content}></webhook-html-preview>`;
    default:
      return html`<webhook-body-source .body=${body} .view=${view}></webhook-body-source>`;
  }
}

/** @param {import("../body/form.js").Fields} fields */
function form({ pairs, note }) {
  const most = `Showing the first ${MAX_FIELDS} fields. Choose Raw to see all.`;
  return html`
    <webhook-pairs-table .pairs=${pairs} label="Form fields, decoded" folds></webhook-pairs-table>
    ${note ? html`<p class="body-reading">${visible(note)}</p>` : ""}
    ${pairs.length === MAX_FIELDS ? html`<p class="body-note">${most}</p>` : ""}
  `;
}
