import { html, LitElement } from "lit";
import { reachOf } from "../browser/address.js";
import { BackButton } from "../browser/back.js";
import { chooseFile } from "../browser/files.js";
import { ReplyApi } from "../reply/api.js";
import { MAX_PINNED } from "../state/annotations.js";
import { FileStore } from "../state/file-store.js";
import { NO_FILTER } from "../state/no-filter.js";
import { RecentCallbacks } from "../state/recent-callbacks.js";
import { NO_RECOGNISER } from "../state/recogniser.js";
import { Settings } from "../state/settings.js";
import { Store } from "../state/store.js";
import { watchLink } from "../wire/private.js";
import "./callback-url.js";
import "./detail-pane.js";
import "./link-notice.js";
import "./list-pane.js";
import { load } from "./on-demand.js";
import "./request-announcer.js";
import "./split-divider.js";
import "./top-bar.js";

/** @typedef {import("../state/store.js").Snapshot} Snapshot */

/** Why a request could not be pinned. */
const PINS_FULL = `At most ${MAX_PINNED} requests can be pinned, also by a note. Unpin one first.`;

/** The whole page: passes the store's data to components, and their events to the store. */
export class WebhookPage extends LitElement {
  static properties = {
    store: { attribute: false },
    settings: { attribute: false },
    recogniser: { attribute: false },
    secrets: { attribute: false },
    verdicts: { attribute: false },
    viewKey: {},
    recents: { attribute: false },
    file: { state: true },
    loaded: { state: true },
    failure: { state: true },
    status: { state: true },
  };

  constructor() {
    super();
    this.store = new Store();
    this.settings = new Settings(() => localStorage);
    this.replies = new ReplyApi("");
    this.recogniser = NO_RECOGNISER;
    /** @type {import("../state/secrets.js").Secrets | undefined} */
    this.secrets = undefined;
    /** @type {import("../state/verdicts.js").Verdicts | undefined} */
    this.verdicts = undefined;
    /** The view key of a private callback, or "". */
    this.viewKey = "";
    this.recents = new RecentCallbacks(() => localStorage, this.callback);
    /**
     * The file whose requests are shown instead of the live ones, the store of the live ones, and the
     * number of these when it was opened.
     * @type {(import("./opened-notice.js").OpenedFile & {live: Store, arrived: number}) | undefined}
     */
    this.file = undefined;
    /** Names of the sheets that are loaded. @type {ReadonlySet<string>} */
    this.loaded = new Set();
    /** The result of the user's last action, for screen readers. */
    this.status = "";
    /** Id of the request whose note is written. */
    this.noteOn = "";
    /** Why the user's last action failed, or "". */
    this.failure = "";
    /** The text of the filter, which may still be loading. */
    this.wanted = "";
    /** Elements that the page needs without a click. @type {Set<string>} */
    this.needed = new Set();
    /** @type {(() => void)[]} */
    this.subscriptions = [];
    this.back = new BackButton(() => this.store.snapshot.opened && this.close());
  }

  createRenderRoot() {
    this.replaceChildren(); // what the document shows until now
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("store") && !changed.has("settings")) return;
    for (const unsubscribe of this.subscriptions) unsubscribe();
    const update = () => this.requestUpdate();
    const sources = new Set([this.store, this.live, this.settings, this.recents]);
    this.subscriptions = [...sources].map((source) => source.subscribe(update));
  }

  updated() {
    this.back.follow(isCovered(this.store.snapshot));
    if (!this.callback.uuid) this.need("link-view");
    if (this.isLocked) this.need("missing-key");
    if (this.saysReach) this.need("address-notice");
    this.markRead();
  }

  /** Mark the selected request as read once the user can see its detail: on a phone the list covers it. */
  markRead() {
    const { selected, unread } = this.store.snapshot;
    if (!selected || !unread.has(selected.id) || document.hidden) return;
    const detail = this.querySelector("request-detail, compare-view");
    if (detail?.getClientRects().length) this.store.read(selected.id);
  }

  /** Update at most once per frame. */
  async scheduleUpdate() {
    await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  /** The store of the live requests. */
  get live() {
    return this.file?.live ?? this.store;
  }

  /** The URL for senders. */
  get url() {
    return location.origin + (this.dataset.callbackPath ?? "");
  }

  /** The link for people who may watch, with the view key if the callback is private. */
  get watchLink() {
    return watchLink({ ...this.callback, key: this.viewKey });
  }

  get callback() {
    return { server: location.origin + (this.dataset.server ?? ""), uuid: this.dataset.uuid ?? "" };
  }

  /** Whether the callback is private and the view key is missing or wrong. */
  get isLocked() {
    return this.live.snapshot.link.reason === "private";
  }

  /** Whether the page says how providers can reach its address. */
  get saysReach() {
    const isNew = this.store.snapshot.arrived === 0 && !this.isLocked;
    return isNew && this.settings.choices.address && reachOf(location) !== "";
  }

  get fresh() {
    return this.dataset.freshUrl ?? "/";
  }

  render() {
    if (!this.callback.uuid) return this.linked();
    return html`
      ${this.bar(this.live.snapshot)}
      ${this.isLocked ? this.locked() : this.content(this.store.snapshot)}
      <p class="visually-hidden" role="status">${this.status}</p>
      <p class="page-failure" role="alert">${this.failure}</p>
      ${[...this.loaded].map((name) => this.sheet(name, this.store.snapshot))}
    `;
  }

  /** Show the request that is in the page's address. */
  linked() {
    return html`
      <link-view .fresh=${this.fresh} .secrets=${this.secrets} .forwardTo=${this.settings.choices.forwardTo}></link-view>
      <p class="page-failure" role="alert">${this.failure}</p>
    `;
  }

  /** @param {Snapshot} snapshot */
  bar({ link, viewers }) {
    return html`<top-bar
      .link=${link}
      .viewers=${viewers}
      .fresh=${this.fresh}
      .name=${this.recents.name}
      @show-sheet=${this.onSheet}
      @name-callback=${this.onName}
    ></top-bar>`;
  }

  /** Ask for the right view key. */
  locked() {
    return html`<main class="page-locked">
      <missing-key .callback=${this.callback} .given=${this.viewKey} .fresh=${this.fresh}></missing-key>
    </main>`;
  }

  /** @param {Snapshot} snapshot */
  content(snapshot) {
    const { arrived } = snapshot;
    const live = this.live.snapshot;
    const { link, reply } = live;
    return html`
      <main
        class="page"
        data-empty=${arrived === 0}
        data-covered=${isCovered(snapshot)}
        @select-request=${this.onSelect}
        @close-request=${this.close}
        @compare-request=${this.onCompare}
        @close-compare=${this.close}
        @filter-change=${this.onFilter}
        @save-filters=${this.onSaveFilters}
        @leave-filter=${this.onLeave}
        @pause-change=${this.onPause}
        @clear-requests=${this.onClear}
        @undo-clear=${this.onUndo}
        @forget-cleared=${this.onForget}
        @open-file=${this.onOpen}
        @share-request=${this.onShare}
        @close-file=${this.closeFile}
        @follow-change=${this.onFollow}
        @read-all=${this.onReadAll}
        @pin-request=${this.onPin}
        @note-request=${this.onNote}
        @delete-request=${this.onDelete}
        @show-sheet=${this.onSheet}
      >
        <callback-url
          .url=${this.url} .watchLink=${this.watchLink} .reply=${reply} .responder=${live.responder}
          .compact=${arrived > 0}
        ></callback-url>
        <list-pane
          .snapshot=${snapshot} .rate=${this.live.rate}
          .file=${this.file} .arrived=${live.arrived - (this.file?.arrived ?? 0)}
          .recogniser=${this.recogniser} .verdicts=${this.verdicts} .filters=${this.settings.choices.filters}
        ></list-pane>
        <split-divider
          .width=${this.settings.choices.listWidth} @width-change=${this.onWidth}
        ></split-divider>
        <detail-pane
          class="page-detail" role="region" aria-label=${snapshot.selected || snapshot.hidden ? "Selected request" : "Get started"}
          .snapshot=${snapshot} .live=${link.state === "live"} .url=${this.url} .bodyLimit=${Number(this.dataset.maxBodyBytes)}
          .secrets=${this.secrets} .forwardTo=${this.settings.choices.forwardTo} .saysReach=${this.saysReach}
          @hide-address=${this.onHideAddress} @detail-ready=${this.markRead}
        ></detail-pane>
      </main>
      <link-notice .link=${link}></link-notice>
      <request-announcer .arrived=${live.arrived}></request-announcer>
    `;
  }

  /**
   * @param {string} name  name of its element
   * @param {Snapshot} snapshot
   */
  sheet(name, { selected, responses, notes }) {
    const { url, settings, secrets } = this;
    const { reply, requests, responder } = this.live.snapshot;
    const docs = this.dataset.docsUrl ?? "/docs";
    switch (name) {
      case "help-sheet":
        return html`<help-sheet .docs=${docs}></help-sheet>`;
      case "local-sheet":
        return html`<local-sheet .link=${this.watchLink} .docs=${docs} .responder=${responder} .settings=${settings}></local-sheet>`;
      case "note-sheet":
        return html`<note-sheet .key=${this.noteOn} .note=${notes.get(this.noteOn) ?? ""} @save-note=${this.onSaveNote}></note-sheet>`;
      case "qr-sheet":
        return html`<qr-sheet .url=${url} .watchLink=${this.watchLink}></qr-sheet>`;
      case "recent-sheet":
        return html`<recent-sheet .recents=${this.recents} .all=${this.recents.all} .keepsPage=${requests > 0}></recent-sheet>`;
      case "reply-sheet":
        return html`<reply-sheet .url=${url} .docs=${docs} .reply=${reply} .replies=${this.replies}></reply-sheet>`;
      case "sample-sheet":
        return html`<sample-sheet .url=${url} .selected=${selected} .secrets=${secrets}></sample-sheet>`;
      case "share-sheet":
        return html`<share-sheet
          .request=${selected} .response=${selected ? responses.get(selected) : undefined} .server=${this.callback.server}
        ></share-sheet>`;
      default:
        return html`<settings-sheet .settings=${settings} .choices=${settings.choices}></settings-sheet>`;
    }
  }

  /**
   * Select a request. The page stops following the newest one when the user selects another.
   * @param {CustomEvent<{id: string, opened: boolean}>} event
   */
  onSelect({ detail }) {
    const { follow, shown } = this.store.snapshot;
    const newest = shown.find(({ kind }) => kind === "request");
    if (follow && detail.id !== newest?.key) this.follow(false);
    this.store.select(detail.id, detail.opened);
  }

  /** @param {CustomEvent<{width: number}>} event */
  onWidth({ detail }) {
    this.settings.change({ listWidth: detail.width });
  }

  /** @param {CustomEvent<{follow: boolean}>} event */
  onFollow({ detail }) {
    this.follow(detail.follow);
  }

  /** @param {boolean} follow */
  follow(follow) {
    this.settings.change({ follow });
    this.status = follow ? "Following the newest request" : "No longer following";
  }

  onReadAll() {
    this.store.readAll();
  }

  /** @param {CustomEvent<{id: string} | null>} event  without an id: the selected request */
  onPin({ detail }) {
    const id = this.idOf(detail);
    if (!id) return;
    this.failure = this.store.togglePin(id) ? "" : PINS_FULL;
    this.status = this.store.snapshot.pinned.has(id) ? "Pinned" : "Not pinned";
  }

  /** @param {CustomEvent<{id: string} | null>} event */
  onNote({ detail }) {
    const id = this.idOf(detail);
    if (!id) return;
    this.noteOn = id;
    this.show("note-sheet");
  }

  /** @param {CustomEvent<{id: string, text: string}>} event */
  onSaveNote({ detail }) {
    this.failure = this.store.setNote(detail.id, detail.text) ? "" : PINS_FULL;
  }

  /** @param {CustomEvent<{id: string} | null>} event */
  onDelete({ detail }) {
    const id = this.idOf(detail);
    if (!id) return;
    const hadFocus = this.querySelector(":is(request-list, .page-detail):focus-within");
    this.store.remove(id);
    if (hadFocus) this.focusRow();
  }

  /** @param {{id: string} | null} detail */
  idOf(detail) {
    return detail?.id ?? this.store.snapshot.selected?.id;
  }

  /** @param {CustomEvent<{text: string}>} event */
  async onFilter({ detail: { text } }) {
    this.wanted = text;
    if (text === "") {
      this.store.setFilter(NO_FILTER);
      return;
    }
    try {
      await load("filter-menu");
    } catch (error) {
      this.failure = /** @type {Error} */ (error).message;
      return;
    }
    const { Filter } = await import("../state/filter.js");
    if (text === this.wanted) this.store.setFilter(new Filter(text, this.recogniser));
  }

  /** @param {CustomEvent<{filters: string[]}>} event */
  onSaveFilters({ detail }) {
    this.settings.change({ filters: detail.filters });
  }

  async onLeave() {
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector("webhook-row[reachable]"))?.focus();
  }

  /** @param {CustomEvent<{paused: boolean}>} event */
  onPause({ detail }) {
    if (detail.paused) this.store.pause();
    else this.store.resume();
  }

  onCompare() {
    this.store.compare();
    this.focusRow();
  }

  onClear() {
    this.store.clear();
  }

  onUndo() {
    this.store.undo();
    this.focusRow();
  }

  onForget() {
    this.store.forgetRemoved();
  }

  /** @param {CustomEvent<string>} event  its detail is the name of a sheet's element */
  async onSheet({ detail }) {
    await this.show(detail);
  }

  /**
   * Show a sheet, and return it, or undefined if it can't be loaded.
   * @param {string} name  name of its element
   */
  async show(name) {
    if (!(await this.load(name))) return;
    this.loaded = new Set([...this.loaded, name]);
    await this.updateComplete;
    const sheet = /** @type {import("./sheet.js").Sheet | null} */ (this.querySelector(name));
    await sheet?.show();
    return sheet;
  }

  /**
   * Load an element. Return false and show why if that fails.
   * @param {string} name
   */
  async load(name) {
    this.failure = "";
    try {
      await load(name);
      return true;
    } catch (error) {
      this.failure = /** @type {Error} */ (error).message;
      return false;
    }
  }

  onShare() {
    this.show("share-sheet");
  }

  onOpen() {
    chooseFile((blob, name) => this.openFile(blob, name));
  }

  /**
   * Show the requests of a file instead of the live ones, which still arrive.
   * @param {Blob} blob
   * @param {string} name
   */
  async openFile(blob, name) {
    if (!(await this.load("opened-notice"))) return;
    const { read } = await import("./tools.js");
    try {
      const { requests, file } = await read(blob, name);
      const { live } = this;
      this.file = { ...file, live, arrived: live.snapshot.arrived };
      this.store = new FileStore(requests, this.recogniser, () => this.closeFile());
    } catch (error) {
      this.failure = /** @type {Error} */ (error).message;
    }
  }

  /** Show the live requests again. */
  closeFile() {
    this.store = this.live;
    this.file = undefined;
  }

  /**
   * Load an element, once.
   * @param {string} name
   */
  need(name) {
    if (this.needed.has(name)) return;
    this.needed.add(name);
    this.load(name);
  }

  onHideAddress() {
    this.settings.change({ address: false });
  }

  /** Name this callback, in the list of recent ones. */
  async onName() {
    if (!this.recents.here) this.recents.visit(this.viewKey, Date.now());
    const sheet = await this.show("recent-sheet");
    /** @type {import("./recent-sheet.js").RecentSheet | undefined} */ (sheet)?.rename(
      this.recents.here,
    );
  }

  close() {
    this.store.close();
    this.focusRow();
  }

  /** Return the focus to the selected row, or to the button that restores it. */
  async focusRow() {
    await this.updateComplete;
    const pane = /** @type {import("./list-pane.js").ListPane | null} */ (
      this.querySelector("list-pane")
    );
    await pane?.updateComplete;
    const list = /** @type {import("./request-list.js").RequestList | null} */ (
      this.querySelector("request-list")
    );
    const id = this.store.snapshot.selected?.id;
    if (id) return list?.focused.goTo(id);
    /** @type {HTMLElement | null} */ (this.querySelector("cleared-notice button"))?.focus();
  }
}

/**
 * Whether the detail covers the list on a phone.
 * @param {Snapshot} snapshot
 */
function isCovered({ opened, selected }) {
  return opened && selected !== null;
}

customElements.define("webhook-page", WebhookPage);
