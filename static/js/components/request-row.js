import { html, LitElement, nothing, unsafeCSS } from "lit";
import { NO_NEEDLES } from "../state/no-filter.js";
import { responseText, statusTone } from "../state/responses.js";
import { retryLabel, retryText } from "../state/retries.js";
import { byteSize, fullTime, visible } from "../text/format.js";
import { mediaType, methodTone, subpathAndQuery, textOfLine } from "../wire/captured.js";
import { baseStyles } from "./base-styles.js";
import { define } from "./define.js";
import { checkIcon, closeIcon, pinIcon } from "./icons.js";
import { withMarks } from "./marks.js";
import sheet from "./request-row.css";

/** @typedef {import("../wire/captured.js").CapturedRequest} CapturedRequest */

/** Duration of the highlight in request-row.css. */
const FRESH_MS = 2400;

/** Maximum rows of a burst with a highlight; highlighting all of them is too slow. */
const MAX_HIGHLIGHTED = 10;

/** One captured request in a list, in one line or, in a narrow list, two. */
export class RequestRow extends LitElement {
  static styles = [baseStyles, unsafeCSS(sheet)];
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    request: { attribute: false },
    response: { attribute: false },
    retry: { attribute: false },
    summary: { attribute: false },
    verdict: { attribute: false },
    needles: { attribute: false },
    note: {},
    time: {},
    age: {},
    unread: { type: Boolean },
    pinned: { type: Boolean },
    fresh: { type: Boolean },
    selected: { type: Boolean, reflect: true },
    expanded: { type: Boolean },
    reachable: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    /** @type {CapturedRequest | undefined} */
    this.request = undefined;
    /** @type {import("../state/responses.js").SenderResponse | undefined} undefined while it is not known */
    this.response = undefined;
    /** @type {import("../state/retries.js").Retry | undefined} undefined if it is not a retry */
    this.retry = undefined;
    /** @type {import("../state/recogniser.js").Summary | undefined} undefined in lists without the registry */
    this.summary = undefined;
    /** @type {import("../state/verdicts.js").RowVerdict | undefined} of its signature, if it can be checked */
    this.verdict = undefined;
    /** Words of the filter, to mark them. */
    this.needles = NO_NEEDLES;
    /** The user's note, or "". */
    this.note = "";
    /** Time of arrival, as text. */
    this.time = "";
    /** Time since its arrival, as text, or "". */
    this.age = "";
    this.unread = false;
    this.pinned = false;
    this.fresh = false;
    /** @type {boolean | undefined} undefined in lists without a selection */
    this.selected = undefined;
    /** @type {boolean | undefined} undefined in lists whose rows do not expand */
    this.expanded = undefined;
    /** Whether the Tab key reaches the row. */
    this.reachable = true;
  }

  /** Render at once: the list measures its rows as soon as it has rendered them. */
  connectedCallback() {
    super.connectedCallback();
    this.performUpdate();
  }

  render() {
    const { request, response, retry, summary, verdict, needles } = this;
    if (!request) return;
    const { method, received_at, remote_addr, body } = request;
    return html`
      <button
        type="button"
        part="line"
        class="row"
        ?data-fresh=${this.fresh}
        ?data-aged=${this.age !== ""}
        aria-current=${this.selected ?? nothing}
        aria-expanded=${this.expanded ?? nothing}
        tabindex=${this.reachable ? 0 : -1}
      >
        ${this.unread ? html`<span class="row-unread"><span class="visually-hidden">Unread</span></span>` : nothing}
        <span part="method" class="method" data-tone=${methodTone(method)}>${withMarks(method, needles.method)}</span>
        <span part="target" class="row-target captured">${withMarks(textOfLine(subpathAndQuery(request)), needles.path)}</span>
        <time part="time" class="row-time" datetime=${received_at} title=${fullTime(received_at)}
          >${this.time}</time
        >
        ${this.age ? html`<span class="row-age">${this.age}</span>` : nothing}
        ${response ? rowResponse(response, request) : nothing}
        <span class="row-info">
          ${this.pinned ? html`<span class="row-pin">${pinIcon}<span class="visually-hidden">Pinned</span></span>` : nothing}
          ${this.note ? html`<span class="row-user-note">${visible(this.note)}</span>` : nothing}
          ${retry?.certain ? html`<span class="row-note" title=${retryText(retry)}>${retryLabel(retry)}</span>` : nothing}
          ${verdict ? rowVerdict(verdict) : nothing}
          ${rowSummary(summary, needles) ?? html`<span class="captured">${withMarks(typeText(request), needles.type)}</span>`}
          ${this.age ? html`<span class="row-extra">${byteSize(body.size)}</span>` : nothing}
          ${remote_addr ? html`<span class="row-extra captured">${withMarks(remote_addr, needles.from)}</span>` : nothing}
        </span>
        <span part="size" class="row-size">${byteSize(body.size)}</span>
      </button>
    `;
  }
}

/**
 * Whether a request has just arrived, and was not part of a burst.
 * @param {readonly import("../state/store.js").Entry[]} entries  newest first
 * @param {number} place  of the request, from the top
 */
export function isFresh(entries, place) {
  const [entry, earlier] = [entries[place], entries[place + MAX_HIGHLIGHTED]];
  if (entry.kind !== "request" || Date.now() - entry.arrived >= FRESH_MS) return false;
  return earlier?.kind !== "request" || entry.arrived - earlier.arrived >= FRESH_MS;
}

/**
 * @param {import("../state/responses.js").SenderResponse} response
 * @param {CapturedRequest} request
 */
function rowResponse(response, request) {
  return html`<span part="status" class="row-response" data-tone=${statusTone(response.status)} title=${responseText(response, request)}
    ><span class="visually-hidden">${request.body.complete ? "response " : "rejected "}</span>${response.status}</span
  >`;
}

/**
 * Render the verdict on a signature. Reserve its place while it is pending.
 * @param {import("../state/verdicts.js").RowVerdict} verdict
 */
function rowVerdict(verdict) {
  if (verdict === "pending") return html`<span class="row-verdict"></span>`;
  const text = verdictText(verdict);
  return html`<span class="row-verdict" data-valid=${verdict.ok} title=${text}
    >${verdict.ok ? checkIcon : closeIcon}<span class="visually-hidden">${text}</span></span
  >`;
}

/** @param {import("../state/verdicts.js").Verdict} verdict */
function verdictText(verdict) {
  if (verdict.ok) return "Valid signature";
  const start = verdict.reason === "missing" ? "Not signed" : "Invalid signature";
  return `${start}: ${verdict.text}`;
}

/**
 * Render provider and event, or what the body contains; null if all are empty.
 * @param {import("../state/recogniser.js").Summary | undefined} summary
 * @param {import("../state/no-filter.js").Needles} needles
 */
function rowSummary(summary, needles) {
  const { provider, event, text } = summary ?? { provider: "", event: "", text: "" };
  if (!provider && !event && !text) return null;
  const name = provider && html`<b>${withMarks(provider, needles.provider)}</b>`;
  const more = event ? withMarks(event, needles.event) : withMarks(text, needles.body);
  return html`<span class="captured" ?data-named=${provider || event}
    >${name}${provider && (event || text) ? " · " : nothing}${more}</span
  >`;
}

/** @param {CapturedRequest} request */
function typeText(request) {
  return mediaType(request) || (request.body.size ? "no content type" : "no body");
}

define("webhook-row", RequestRow);
