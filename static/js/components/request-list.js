import { html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Ticking } from "../browser/clock.js";
import { noticeText } from "../state/entries.js";
import { NO_RECOGNISER } from "../state/recogniser.js";
import { ago } from "../text/format.js";
import { checkIcon, gapIcon, refusedIcon } from "./icons.js";
import "./empty-list.js";
import { isFresh } from "./request-row.js";
import { isMove, keyOf, RowFocus } from "./row-focus.js";
import { RowWindow } from "./row-window.js";

/**
 * All requests, newest first, with notices of missed, recovered and refused requests.
 * @fires select-request  detail {id, opened}
 */
export class RequestList extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    recogniser: { attribute: false },
    verdicts: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    this.recogniser = NO_RECOGNISER;
    /** @type {import("../state/verdicts.js").Verdicts | undefined} */
    this.verdicts = undefined;
    this.window = new RowWindow(this);
    this.focused = new RowFocus(this);
    new Ticking(this);
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("verdicts")) this.followVerdicts();
    this.shown = this.snapshot?.shown ?? [];
    this.requests = this.shown.filter(({ kind }) => kind === "request");
    const selected = this.requests.find(({ key }) => key === this.snapshot?.selected?.id);
    /** The row that the Tab key reaches: the selected one, or else the newest. */
    this.reachable = (selected ?? this.requests[0])?.key;
    this.window.place(this.shown, [this.reachable, this.focused.key]);
  }

  followVerdicts() {
    this.unsubscribe?.();
    this.unsubscribe = this.verdicts?.subscribe(() => this.requestUpdate());
  }

  render() {
    const { shown = [], snapshot } = this;
    return html`
      <div class="list-new">${this.newRequests()}</div>
      ${snapshot?.matching === 0 ? html`<empty-list .snapshot=${snapshot}></empty-list>` : nothing}
      <ol class="list" role="list" @click=${this.onClick} @keydown=${this.onKey}>
        ${repeat(
          this.window.rows,
          (row) => shown[row].key,
          (row) => html`<li aria-setsize=${shown.length} aria-posinset=${row + 1}>
            ${this.entry(shown[row], row)}
          </li>`,
        )}
      </ol>
    `;
  }

  /** A button that scrolls to requests that arrived above the visible part. */
  newRequests() {
    const { newCount } = this.window;
    if (newCount === 0) return nothing;
    return html`<button type="button" class="button" @click=${this.onNew}>
      ${newCount.toLocaleString("en-US")} new ${newCount === 1 ? "request" : "requests"}
    </button>`;
  }

  /**
   * @param {import("../state/store.js").Entry} entry
   * @param {number} place  from the top
   */
  entry(entry, place) {
    if (entry.kind !== "request") return listNotice(entry);
    const selected = entry.key === this.snapshot?.selected?.id;
    const reachable = entry.key === this.reachable;
    const retry = this.snapshot?.retries.get(entry.key);
    const response = this.snapshot?.responses.get(entry.request);
    const age = this.snapshot?.clock.age(entry.request.received_at, Date.now()) ?? 0;
    return html`<webhook-row
      data-id=${entry.key}
      .request=${entry.request}
      .response=${response}
      .retry=${retry}
      .summary=${this.recogniser.summarise(entry.request)}
      .verdict=${this.verdicts?.get(entry.request)}
      .time=${ago(age)}
      .needles=${this.snapshot?.needles}
      .fresh=${isFresh(entry, place)}
      .selected=${selected}
      .reachable=${reachable}
    ></webhook-row>`;
  }

  /** @param {Event} event */
  onClick({ target }) {
    const key = keyOf(target);
    if (key) this.select(key, true);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!isMove(event)) return;
    event.preventDefault();
    this.move(event.key);
  }

  /**
   * Select and focus a neighbour of the focused row, or of the selected one. If neither is in the
   * list, select the newest.
   * @param {string} move  ArrowDown, ArrowUp, Home or End
   */
  move(move) {
    const selected = this.snapshot?.selected?.id;
    const key = this.focused.neighbour(this.requests ?? [], selected, move);
    if (!key) return;
    this.focused.goTo(key);
    this.select(key, false);
  }

  async onNew() {
    const newest = this.requests?.[0];
    if (newest) await this.focused.goTo(newest.key);
    this.querySelector("ol")?.scrollIntoView();
  }

  /**
   * @param {string} id
   * @param {boolean} opened
   */
  select(id, opened) {
    const detail = { id, opened };
    this.dispatchEvent(new CustomEvent("select-request", { detail, bubbles: true }));
  }
}

const NOTICE_ICONS = { gap: gapIcon, recovered: checkIcon, refused: refusedIcon };

/** @param {import("../state/store.js").NoticeEntry} entry */
function listNotice(entry) {
  return html`<div class="list-notice">
    <p class="notice ${entry.kind}">${NOTICE_ICONS[entry.kind]}<span>${noticeText(entry)}</span></p>
  </div>`;
}

customElements.define("request-list", RequestList);
