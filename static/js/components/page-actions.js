import { MAX_PINNED } from "../state/annotations.js";
import { NO_FILTER } from "../state/no-filter.js";

/** @typedef {import("./webhook-page.js").WebhookPage} WebhookPage */

/** Why a request could not be pinned. */
const PINS_FULL = `At most ${MAX_PINNED} requests can be pinned, including those with a note. Unpin one first.`;

/** The user's actions on the list and on the selected request, which the page's parts report as events. */
export class PageActions {
  #page;
  /** The text of the filter, which may still be loading. */
  #wanted = "";

  /** @param {WebhookPage} page */
  constructor(page) {
    this.#page = page;
  }

  get #store() {
    return this.#page.store;
  }

  /**
   * Select a request. The page stops following the newest one when the user selects another.
   * @param {CustomEvent<{id: string, opened: boolean}>} event
   */
  onSelect = ({ detail }) => {
    const { follow, shown } = this.#store.snapshot;
    const newest = shown.find(({ kind }) => kind === "request");
    if (follow && detail.id !== newest?.key) this.#follow(false);
    this.#page.failure = ""; // of an action on another request
    this.#store.select(detail.id, detail.opened);
  };

  /** @param {CustomEvent<{follow: boolean}>} event */
  onFollow = ({ detail }) => {
    this.#follow(detail.follow);
  };

  /** @param {boolean} follow */
  #follow(follow) {
    this.#page.settings.change({ follow });
    this.#page.status = follow ? "Following the newest request" : "No longer following";
  }

  onCompare = () => {
    this.#store.compare();
    this.#focusRow();
  };

  onClose = () => {
    this.#store.close();
    this.#focusRow();
  };

  onReadAll = () => {
    this.#store.readAll();
  };

  /** @param {CustomEvent<{id: string} | null>} event  without an id: the selected request */
  onPin = ({ detail }) => {
    const id = this.#idOf(detail);
    if (!id) return;
    this.#page.failure = this.#store.togglePin(id) ? "" : PINS_FULL;
    this.#page.status = this.#store.snapshot.pinned.has(id) ? "Pinned" : "Not pinned";
  };

  /** @param {CustomEvent<{id: string} | null>} event */
  onNote = ({ detail }) => {
    const id = this.#idOf(detail);
    if (id) this.#page.sheets.writeNote(id);
  };

  /** @param {CustomEvent<{id: string, text: string}>} event */
  onSaveNote = ({ detail }) => {
    this.#page.failure = this.#store.setNote(detail.id, detail.text) ? "" : PINS_FULL;
  };

  /** @param {CustomEvent<{id: string} | null>} event */
  onDelete = ({ detail }) => {
    const id = this.#idOf(detail);
    if (!id) return;
    const hadFocus = this.#page.querySelector(":is(request-list, .page-detail):focus-within");
    this.#store.remove(id);
    if (hadFocus) this.#focusRow();
  };

  /** @param {{id: string} | null} detail */
  #idOf(detail) {
    return detail?.id ?? this.#store.snapshot.selected?.id;
  }

  /** @param {CustomEvent<{text: string}>} event */
  onFilter = async ({ detail: { text } }) => {
    this.#wanted = text;
    if (text === "") {
      this.#store.setFilter(NO_FILTER);
      return;
    }
    if (!(await this.#page.load("filter-menu"))) return;
    const { Filter } = await import("../state/filter.js");
    if (text === this.#wanted) this.#store.setFilter(new Filter(text, this.#page.recogniser));
  };

  /** @param {CustomEvent<{filters: string[]}>} event */
  onSaveFilters = ({ detail }) => {
    this.#page.settings.change({ filters: detail.filters });
  };

  /** Go from the field of the filter to the list. */
  onLeaveFilter = async () => {
    await this.#page.updateComplete;
    /** @type {HTMLElement | null} */ (this.#page.querySelector("webhook-row[reachable]"))?.focus();
  };

  /** @param {CustomEvent<{paused: boolean}>} event */
  onPause = ({ detail }) => {
    if (detail.paused) this.#store.pause();
    else this.#store.resume();
  };

  onClear = () => {
    this.#store.clear();
  };

  onUndo = () => {
    this.#store.undo();
    this.#focusRow();
  };

  onForget = () => {
    this.#store.forgetRemoved();
  };

  /** Return the focus to the selected row, or to the button that restores it. */
  async #focusRow() {
    const page = this.#page;
    await page.updateComplete;
    const pane = /** @type {import("./list-pane.js").ListPane | null} */ (
      page.querySelector("list-pane")
    );
    await pane?.updateComplete;
    const list = /** @type {import("./request-list.js").RequestList | null} */ (
      page.querySelector("request-list")
    );
    const id = this.#store.snapshot.selected?.id;
    if (id) return list?.focused.goTo(id);
    /** @type {HTMLElement | null} */ (page.querySelector("cleared-notice button"))?.focus();
  }
}
