import { html, LitElement } from "lit";
import { reachOf } from "../browser/address.js";
import { BackButton } from "../browser/back.js";
import { callbackBase } from "../browser/callback-base.js";
import { Pace } from "../browser/pace.js";
import { ReplyApi } from "../reply/api.js";
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
import { PageActions } from "./page-actions.js";
import { PageFile } from "./page-file.js";
import { PageSheets } from "./page-sheets.js";
import "./request-announcer.js";
import "./split-divider.js";
import "./top-bar.js";

/** @typedef {import("../state/store.js").Snapshot} Snapshot */

/**
 * The whole page: passes the store's data to its parts. Their events go to `actions`, `sheets` and
 * `files`.
 */
export class WebhookPage extends LitElement {
  static properties = {
    store: { attribute: false },
    settings: { attribute: false },
    recogniser: { attribute: false },
    secrets: { attribute: false },
    verdicts: { attribute: false },
    viewKey: {},
    recents: { attribute: false },
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
    /** The result of the user's last action, for screen readers. */
    this.status = "";
    /** Why the user's last action failed, or "". */
    this.failure = "";
    /** Elements that the page needs without a click. @type {Set<string>} */
    this.needed = new Set();
    /** @type {(() => void)[]} */
    this.subscriptions = [];
    this.actions = new PageActions(this);
    this.files = new PageFile(this);
    this.sheets = new PageSheets(this);
    this.pace = new Pace(this);
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
    if (!this.callback.uuid) {
      this.need("link-view");
      this.need("request-detail");
    }
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

  async scheduleUpdate() {
    await this.pace.frame();
    super.scheduleUpdate();
  }

  /** The store of the live requests. */
  get live() {
    return this.files.live;
  }

  /** The URL for senders. */
  get url() {
    return `${callbackBase(this)}/${this.callback.uuid}`;
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

  /** Whether senders get the default response only. */
  get repliesOff() {
    return this.dataset.replies === "off";
  }

  /** Whether the page says how providers can reach its address. */
  get saysReach() {
    const isNew = this.store.snapshot.arrived === 0 && !this.isLocked;
    return isNew && this.settings.choices.address && reachOf(new URL(this.url)) !== "";
  }

  /** The URL that makes a new callback. */
  get fresh() {
    return this.dataset.freshUrl ?? "/";
  }

  /** The URL of the documentation. */
  get docs() {
    return this.dataset.docsUrl ?? "/docs";
  }

  render() {
    if (!this.callback.uuid) return this.linked();
    return html`
      ${this.bar(this.live.snapshot)}
      ${this.isLocked ? this.locked() : this.content(this.store.snapshot)}
      <p class="visually-hidden" role="status">${this.status}</p>
      <p class="page-failure" role="alert">${this.failure}</p>
      ${this.sheets.render()}
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
      @show-sheet=${this.sheets.onShow}
      @name-callback=${this.sheets.onName}
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
    const { actions, files, sheets } = this;
    return html`
      <main
        class="page"
        data-empty=${arrived === 0}
        data-covered=${isCovered(snapshot)}
        @select-request=${actions.onSelect}
        @close-request=${actions.onClose}
        @compare-request=${actions.onCompare}
        @close-compare=${actions.onClose}
        @follow-change=${actions.onFollow}
        @read-all=${actions.onReadAll}
        @pin-request=${actions.onPin}
        @note-request=${actions.onNote}
        @delete-request=${actions.onDelete}
        @filter-change=${actions.onFilter}
        @save-filters=${actions.onSaveFilters}
        @leave-filter=${actions.onLeaveFilter}
        @pause-change=${actions.onPause}
        @clear-requests=${actions.onClear}
        @undo-clear=${actions.onUndo}
        @forget-cleared=${actions.onForget}
        @open-file=${files.onChoose}
        @close-file=${files.close}
        @share-request=${sheets.onShare}
        @show-sheet=${sheets.onShow}
      >
        <callback-url
          .url=${this.url} .watchLink=${this.watchLink} .reply=${reply} .responder=${live.responder}
          .compact=${arrived > 0} .fixed=${this.repliesOff}
        ></callback-url>
        <list-pane
          .snapshot=${snapshot} .rate=${this.live.rate}
          .file=${files.file} .arrived=${files.arrived}
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

  /** @param {CustomEvent<{width: number}>} event */
  onWidth({ detail }) {
    this.settings.change({ listWidth: detail.width });
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

  /**
   * Show the requests of a file.
   * @param {Blob} blob
   * @param {string} name
   */
  openFile(blob, name) {
    return this.files.open(blob, name);
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

  /** Return to the list. */
  close() {
    this.actions.onClose();
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
