import { html, LitElement } from "lit";
import { brandIcon, plusIcon } from "../icons.js";
import { MOST_ENTRIES, Store } from "../store.js";
import "./callback-url.js";
import "./empty-state.js";
import "./live-badge.js";
import "./request-announcer.js";
import "./request-detail.js";
import "./request-list.js";

/** The whole page: reads the store, hands data down, turns events from below into store calls. */
export class WebhookPage extends LitElement {
  static properties = { store: { attribute: false } };

  constructor() {
    super();
    this.store = new Store();
    /** @type {(() => void) | undefined} */
    this.unsubscribe = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("store")) return;
    this.unsubscribe?.();
    this.unsubscribe = this.store.subscribe(() => this.requestUpdate());
  }

  /** One update a frame at most, however fast requests arrive. */
  async scheduleUpdate() {
    await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  get url() {
    return location.origin + (this.dataset.callbackPath ?? "");
  }

  render() {
    const { link, entries, selected, opened, arrived, viewers } = this.store.snapshot;
    const covered = opened && selected !== null;
    return html`
      ${this.topBar(link, viewers)}
      <main class="page" data-empty=${arrived === 0} data-covered=${covered}>
        <callback-url .url=${this.url}></callback-url>
        <section class="page-list" aria-label="Requests" ?hidden=${entries.length === 0}>
          <h2 class="page-list-head">Requests <span>${countText(arrived)}</span></h2>
          <request-list
            .entries=${entries}
            .selectedId=${selected?.id ?? ""}
            @select-request=${this.onSelect}
          ></request-list>
        </section>
        <section class="page-detail" aria-label="Selected request">
          ${
            selected
              ? html`<request-detail
                .request=${selected}
                .opened=${opened}
                @close-request=${this.onClose}
              ></request-detail>`
              : html`<empty-state
                .url=${this.url}
                .live=${link.state === "live"}
              ></empty-state>`
          }
        </section>
      </main>
      <request-announcer .arrived=${arrived}></request-announcer>
    `;
  }

  /**
   * @param {import("../store.js").Link} link
   * @param {number} viewers
   */
  topBar(link, viewers) {
    return html`
      <header class="topbar">
        <h1 class="topbar-name">${brandIcon}<span class="topbar-brand">Webhook Logger</span></h1>
        ${link.state === "live" ? html`<span class="topbar-viewers">${viewersText(viewers)}</span>` : ""}
        <live-badge .link=${link}></live-badge>
        <a class="button" href=${this.dataset.freshUrl ?? "/"}>${plusIcon}<span>New <span class="topbar-long">callback</span></span></a>
      </header>
      ${link.message ? html`<p class="topbar-notice" role="alert">The server refused this page: ${link.message}</p>` : ""}
    `;
  }

  /** @param {CustomEvent<{id: string, opened: boolean}>} event */
  onSelect({ detail }) {
    this.store.select(detail.id, detail.opened);
  }

  onClose() {
    this.store.close();
    this.updateComplete.then(() => {
      /** @type {HTMLElement | null} */ (this.querySelector(".row[aria-current=true]"))?.focus();
    });
  }
}

/** @param {number} viewers */
function viewersText(viewers) {
  return viewers === 1 ? "1 viewer" : `${viewers.toLocaleString("en-US")} viewers`;
}

/** @param {number} arrived */
function countText(arrived) {
  const all = arrived.toLocaleString("en-US");
  if (arrived <= MOST_ENTRIES) return all;
  return `newest ${MOST_ENTRIES.toLocaleString("en-US")} of ${all}`;
}

customElements.define("webhook-page", WebhookPage);
