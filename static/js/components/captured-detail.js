import { html, LitElement, nothing, unsafeCSS } from "lit";
import detail from "../../css/detail-sections.css";
import pairs from "../../css/pairs-table.css";
import timestamps from "../../css/timestamps.css";
import { NO_NEEDLES } from "../state/no-filter.js";
import { isLong } from "../text/excerpt.js";
import { byteSize, visible } from "../text/format.js";
import { linesOf, pathSegments, queryOf, textOfLine } from "../wire/captured.js";
import { baseStyles } from "./base-styles.js";
import sheet from "./captured-detail.css";
import { define } from "./define.js";
import "./pairs-table.js";
import "./request-body.js";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/**
 * Everything that the sender sent: query, body, headers, trailers and path. In two columns if there is
 * space. Its children are shown after them.
 */
export class CapturedDetail extends LitElement {
  static styles = [baseStyles, ...[detail, pairs, timestamps, sheet].map(unsafeCSS)];
  static properties = {
    request: { attribute: false },
    needles: { attribute: false },
    level: { type: Number },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** Words of the filter, to mark them. */
    this.needles = NO_NEEDLES;
    /** Level of its headings, in the page around it. */
    this.level = 3;
  }

  render() {
    const { request, needles } = this;
    if (!request) return;
    const { body, headers, trailers = [], query_string } = request;
    const segments = pathSegments(request);
    return html`<div class="sections" ?data-empty=${body.size === 0}>
      ${query_string ? this.query(request) : nothing}
      ${this.section("Body", byteSize(body.size), html`<webhook-body part="body" exportparts="button" .request=${request} .needles=${needles.body}></webhook-body>`)}
      <div class="sections-side">
      ${this.section("Headers", headers.length, table(linesOf(headers), "Headers as sent", needles.header))}
      ${trailers.length ? this.section("Trailers", trailers.length, table(linesOf(trailers), "Trailers as sent", needles.header)) : nothing}
      ${segments.length ? this.section("Path", segments.length, table(segments, "Path segments, decoded", needles.path)) : nothing}
      </div>
      <div class="sections-more"><slot></slot></div>
    </div>`;
  }

  /** @param {CapturedRequest} request */
  query(request) {
    const pairs = queryOf(request);
    const sent = request.query_string;
    const isScrolled = isLong(sent);
    return this.section(
      "Query",
      pairs.length,
      html`${table(pairs, "Query parameters, decoded", this.needles.query)}
        <p class="detail-raw"><span>As sent</span> <code class="captured" ?data-long=${isScrolled} tabindex=${isScrolled ? 0 : nothing}>${visible(textOfLine(sent))}</code></p>`,
    );
  }

  /**
   * @param {string} title
   * @param {string | number} size
   * @param {unknown} content
   */
  section(title, size, content) {
    const name = title.toLowerCase();
    return html`<section class="sections-${name}" part=${name === "body" ? nothing : name} aria-labelledby="${name}-title">
      <h3 id="${name}-title" aria-level=${this.level}>${title} <span>${size}</span></h3>
      ${content}
    </section>`;
  }
}

/**
 * @param {[string, string][]} pairs
 * @param {string} label
 * @param {readonly import("../state/no-filter.js").Needle[]} needles
 */
function table(pairs, label, needles) {
  return html`<webhook-pairs-table .pairs=${pairs} label=${label} .needles=${needles}></webhook-pairs-table>`;
}

define("webhook-detail", CapturedDetail);
