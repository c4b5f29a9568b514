import { html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Ticking } from "../browser/clock.js";
import { noticeText } from "../state/entries.js";
import { NO_RECOGNISER } from "../state/recogniser.js";
import { ago, rowTime } from "../text/format.js";
import { binIcon, checkIcon, gapIcon, noteIcon, pinIcon, refusedIcon } from "./icons.js";
import "./empty-list.js";
import { isFresh } from "./request-row.js";
import { isMove, keyOf, RowFocus } from "./row-focus.js";
import { RowWindow } from "./row-window.js";

/**
 * All requests, newest first, with notices of missed, recovered and refused requests.
 * @fires select-request  detail {id, opened}
 * @fires follow-change   detail {follow: false}: the user has scrolled away from the newest
 * @fires pin-request     detail {id}; also note-request and delete-request
 */
export class RequestList extends LitElement {
  static properties = {
    snapshot: { attribute: false },
    recogniser: { attribute: false },
    verdicts: { attribute: false },
    pointed: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../state/store.js").Snapshot | undefined} */
    this.snapshot = undefined;
    this.recogniser = NO_RECOGNISER;
    /** @type {import("../state/verdicts.js").Verdicts | undefined} */
    this.verdicts = undefined;
    /** Key of the row under the mouse. */
    this.pointed = "";
    /** Key of the request that the list has scrolled to. */
    this.followed = "";
    this.window = new RowWindow(this, () => this.onScroll());
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

  /** Scroll to each new request while the page follows the newest. */
  updated() {
    const newest = this.snapshot?.follow ? (this.requests?.[0]?.key ?? "") : "";
    if (newest && newest !== this.followed && this.window.isScrolled) this.scrollToStart();
    this.followed = newest;
  }

  scrollToStart() {
    this.querySelector("ol")?.scrollIntoView();
  }

  /** At the start the list never scrolls by itself, so the user has scrolled away: stop to follow. */
  onScroll() {
    if (!this.snapshot?.follow || !this.window.isScrolled) return;
    const detail = { follow: false };
    this.dispatchEvent(new CustomEvent("follow-change", { detail, bubbles: true }));
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
      <ol
        class="list" role="list" @click=${this.onClick} @keydown=${this.onKey}
        @pointerover=${this.onPointer} @pointerleave=${this.onPointer}
      >
        ${repeat(
          this.window.rows,
          (row) => shown[row].key,
          (row) => html`<li aria-setsize=${shown.length} aria-posinset=${row + 1}>
            ${this.entry(row)}
            ${shown[row].key === this.pointed ? this.actions(this.pointed) : nothing}
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

  /** @param {number} place  from the top */
  entry(place) {
    const { shown = [] } = this;
    const entry = shown[place];
    if (entry.kind !== "request") return listNotice(entry);
    const { key, request } = entry;
    const { snapshot } = this;
    const now = Date.now();
    return html`<webhook-row
      data-id=${key}
      .request=${request}
      .response=${snapshot?.responses.get(request)}
      .retry=${snapshot?.retries.get(key)}
      .summary=${this.recogniser.summarise(request)}
      .verdict=${this.verdicts?.get(request)}
      .time=${rowTime(request.received_at, now)}
      .age=${ago(snapshot?.clock.age(request.received_at, now) ?? 0)}
      .needles=${snapshot?.needles}
      .note=${snapshot?.notes.get(key) ?? ""}
      .pinned=${snapshot?.pinned.has(key)}
      .unread=${snapshot?.unread.has(key)}
      .fresh=${isFresh(shown, place)}
      .selected=${key === snapshot?.selected?.id}
      .reachable=${key === this.reachable}
    ></webhook-row>`;
  }

  /**
   * Buttons on the row under the mouse. Others use the keys, or the menu of the detail.
   * @param {string} key
   */
  actions(key) {
    const pin = this.snapshot?.pinned.has(key) ? "Unpin" : "Pin";
    const note = this.snapshot?.notes.has(key) ? "Edit the note" : "Write a note";
    return html`<div class="row-actions">
      ${this.action(pin, pinIcon, "pin-request", key)} ${this.action(note, noteIcon, "note-request", key)}
      ${this.action("Delete", binIcon, "delete-request", key)}
    </div>`;
  }

  /**
   * @param {string} label
   * @param {unknown} icon
   * @param {string} event
   * @param {string} id
   */
  action(label, icon, event, id) {
    const act = () => this.dispatchEvent(new CustomEvent(event, { detail: { id }, bubbles: true }));
    return html`<button type="button" class="icon-button" tabindex="-1" title=${label} @click=${act}>
      ${icon}<span class="visually-hidden">${label}</span>
    </button>`;
  }

  /** @param {PointerEvent} event */
  onPointer({ pointerType, target, type }) {
    if (pointerType !== "mouse") return;
    const item = type === "pointerleave" ? null : /** @type {Element} */ (target).closest("li");
    const row = /** @type {HTMLElement | null | undefined} */ (item?.querySelector("webhook-row"));
    this.pointed = row?.dataset.id ?? "";
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
    this.scrollToStart();
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
